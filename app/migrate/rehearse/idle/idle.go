// Package idle finds statements that do nothing: CREATE … IF NOT EXISTS over something else, and DROP … IF EXISTS of
// nothing.
package idle

import (
	"context"
	"errors"
	"fmt"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/rehearse/shadow"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Check runs pending files on two databases in memory. One starts with the target's schema, the other with what the
// applied files make of an empty database.
type Check struct {
	current, fresh *sqlite.Database // fresh is nil if the applied files can't be run again
}

// New returns nil if no pending file has a statement that may do nothing.
func New(ctx context.Context, plan migrate.Plan, entries []catalog.Entry) (*Check, error) {
	if !hasConditional(plan) {
		return nil, nil
	}
	here, err := shadow.Open()
	if err != nil {
		return nil, err
	}
	made := &Check{current: here}
	if err := catalog.Create(ctx, here, entries); err != nil {
		return nil, errors.Join(err, made.Close())
	}
	if made.fresh, err = shadow.Open(); err != nil {
		return nil, errors.Join(err, made.Close())
	}

	for _, step := range plan.Steps {
		if step.State != migrate.Pending {
			made.runFresh(ctx, step.File)
		}
	}

	return made, nil
}

// hasConditional reports whether a pending file has a statement that may do nothing.
func hasConditional(p migrate.Plan) bool {
	for _, step := range p.Pending() {
		for _, statement := range step.File.Statements {
			if _, may := sqltext.ConditionalOf(statement); may {
				return true
			}
		}
	}
	return false
}

// Close closes the databases.
func (c *Check) Close() error {
	if c == nil {
		return nil
	}
	err := c.current.Close()
	if c.fresh != nil {
		err = errors.Join(err, c.fresh.Close())
	}
	return err
}

// runFresh runs a file on the database that started empty, which is given up if the file fails.
func (c *Check) runFresh(ctx context.Context, file script.File) {
	for _, statement := range file.Statements {
		if c.fresh == nil {
			return
		}
		if _, err := c.fresh.Batch(ctx, d1.SQL(statement.SQL)); err != nil {
			_ = c.fresh.Close() // in memory: nothing is lost
			c.fresh = nil
		}
	}
}

// Run runs a pending file. It adds statements that do nothing to its effect, and refuses those that do nothing because
// of something else.
func (c *Check) Run(ctx context.Context, file script.File, effect *migrate.Effect) ([]migrate.Refusal, error) {
	if c == nil {
		return nil, nil
	}

	var refusals []migrate.Refusal
	var named []sqltext.Conditional
	for _, statement := range file.Statements {
		if may, found := sqltext.ConditionalOf(statement); found {
			refused, err := c.checkStatement(ctx, file, may, effect)
			if err != nil {
				return nil, err
			}
			named, refusals = append(named, may), append(refusals, refused...)
		}
		if _, err := c.current.Batch(ctx, d1.SQL(statement.SQL)); err != nil {
			return refusals, nil // the rehearsal reports it
		}
	}
	c.runFresh(ctx, file)
	if c.fresh == nil || len(refusals) > 0 {
		return refusals, nil
	}

	return c.compareWithFresh(ctx, file, named)
}

// checkStatement refuses a statement that does nothing because something else has the name.
func (c *Check) checkStatement(ctx context.Context, file script.File, may sqltext.Conditional, effect *migrate.Effect) ([]migrate.Refusal, error) {
	present, err := schema.Inspect(ctx, c.current)
	if err != nil {
		return nil, err
	}
	exists := present.Has(may.Name)
	switch {
	case !may.Creates && !exists:
		effect.Add(migrate.Change{Sign: "-", What: "nothing", Detail: "there is no " + may.Kind + " " + may.Name, Risk: migrate.RiskAdditive})
		return nil, nil
	case may.Creates && exists:
		effect.Add(migrate.Change{Sign: "+", What: "nothing", Detail: may.Kind + " " + may.Name + " exists already", Risk: migrate.RiskAdditive})
	default:
		return nil, nil
	}

	wanted, err := c.schemaOf(ctx, may, present)
	if err != nil {
		return []migrate.Refusal{idleRefusal(may, file, "it can't be compared with what exists: "+err.Error())}, nil
	}
	if instead := schema.Difference(may.Name, wanted, present); instead != "" {
		return []migrate.Refusal{idleRefusal(may, file, "that one "+instead)}, nil
	}
	return nil, nil
}

// schemaOf returns the schema that the statement makes where nothing has its name.
func (c *Check) schemaOf(ctx context.Context, may sqltext.Conditional, present schema.Schema) (schema.Schema, error) {
	empty, err := shadow.Open()
	if err != nil {
		return schema.Schema{}, err
	}

	defer empty.Close()
	if may.Kind == "index" || may.Kind == "trigger" {
		if on := subject(may.Tokens); present.Has(on) {
			if err := copyObject(ctx, c.current, empty, on); err != nil {
				return schema.Schema{}, err
			}
		}
	}
	if _, err := empty.Batch(ctx, d1.SQL(may.Unconditional())); err != nil {
		return schema.Schema{}, err
	}

	return schema.Inspect(ctx, empty)
}

// subject returns the table or view after ON, of a CREATE INDEX or CREATE TRIGGER.
func subject(tokens []d1sql.Token) string {
	for i, token := range tokens {
		if token.Is("ON") {
			return sqltext.Name(tokens[i+1:])
		}
	}
	return ""
}

// copyObject creates a table or view of one database in another.
func copyObject(ctx context.Context, from, to d1.Database, name string) error {
	found, err := d1.Query(ctx, from,
		"SELECT sql FROM sqlite_master WHERE type IN ('table', 'view') AND lower(name) = lower("+sqltext.Literal(name)+")")
	if err != nil || len(found.Rows) == 0 {
		return err
	}
	var create string
	if err := found.Only("the definition of "+name, &create); err != nil {
		return err
	}
	_, err = d1.Query(ctx, to, create)
	return err
}

// compareWithFresh refuses statements that leave the target with something else than what the files make of an empty
// database.
func (c *Check) compareWithFresh(ctx context.Context, file script.File, named []sqltext.Conditional) ([]migrate.Refusal, error) {
	here, err := schema.Inspect(ctx, c.current)
	if err != nil {
		return nil, err
	}
	fresh, err := schema.Inspect(ctx, c.fresh)
	if err != nil {
		return nil, err
	}

	var refusals []migrate.Refusal
	for _, may := range named {
		if instead := schema.Difference(may.Name, fresh, here); instead != "" {
			refusals = append(refusals, idleRefusal(may, file, "the files make something else of an empty database, and this one "+instead))
		}
	}

	return refusals, nil
}

func idleRefusal(c sqltext.Conditional, file script.File, instead string) migrate.Refusal {
	return migrate.Refusal{
		Kind: migrate.KindIdle, File: file.Name, Line: c.Line, What: fmt.Sprintf("%s does nothing over the %s that the database has; %s", c, c.Name, instead),
		Advice: "Change what exists by separate statements, or write what exists; addreams db status shows what the files don't make.",
	}
}
