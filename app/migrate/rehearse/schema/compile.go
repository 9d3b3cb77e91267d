package schema

import (
	"context"
	"errors"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Problem is a part of the schema that does not compile: every statement that involves it fails.
type Problem struct{ What, Message string }

// Check returns the parts that do not compile. It compiles a read of every view, and writes to every table and view in
// all ways that they have columns or triggers for, which covers foreign keys, expressions of indexes and generated
// columns. Nothing is run. If a trigger may be the cause, triggers are dropped and created again.
func Check(ctx context.Context, tx d1.Database, s Schema) ([]Problem, error) {
	first, err := s.probeAll(ctx, tx)
	if err != nil || len(first) == 0 {
		return nil, err
	}
	triggers, err := d1.Query(ctx, tx, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid")
	if err != nil || len(triggers.Rows) == 0 {
		return first, err
	}
	named, err := triggers.Texts("the triggers")
	if err != nil {
		return nil, err
	}

	return s.findBrokenTriggers(ctx, tx, named)
}

// probeAll probes every table and view.
func (s Schema) probeAll(ctx context.Context, tx d1.Database) ([]Problem, error) {
	var found []Problem
	for _, name := range Names(s.Tables, nil) {
		message, err := Probe(ctx, tx, s.Tables[name].writes()...)
		if err != nil {
			return nil, err
		}
		if message != "" {
			found = append(found, Problem{"table " + s.Tables[name].Name, message})
		}
	}
	for _, name := range Names(s.Objects, nil) {
		if s.Objects[name].Kind != "view" {
			continue
		}
		message, err := s.probeView(ctx, tx, s.Objects[name])
		if err != nil {
			return nil, err
		}
		if message != "" {
			found = append(found, Problem{"view " + s.Objects[name].Name, message})
		}
	}

	return found, nil
}

// findBrokenTriggers finds the triggers that do not compile by keeping one at a time, and everything else that does
// not by keeping none.
func (s Schema) findBrokenTriggers(ctx context.Context, tx d1.Database, triggers [][]string) ([]Problem, error) {
	for _, trigger := range triggers {
		if _, err := d1.Query(ctx, tx, "DROP TRIGGER "+sqltext.Quote(trigger[0])); err != nil {
			return nil, err
		}
	}
	found, err := s.probeAll(ctx, tx)
	if err != nil {
		return nil, err
	}

	for _, trigger := range triggers {
		message, err := s.probeTrigger(ctx, tx, trigger)
		if err != nil {
			return nil, err
		}
		object := s.Objects[sqltext.Fold(trigger[0])]
		known := func() bool {
			for _, problem := range found {
				if strings.HasSuffix(problem.What, " "+object.Table) && problem.Message == message {
					return true
				}
			}
			return false
		}
		if message != "" && !known() {
			found = append(found, Problem{"trigger " + object.Name, message})
		}
	}
	for _, trigger := range triggers {
		if _, err := d1.Query(ctx, tx, trigger[1]); err != nil {
			return nil, err
		}
	}

	return found, nil
}

// probeTrigger creates the trigger, probes what fires it, and drops it.
func (s Schema) probeTrigger(ctx context.Context, tx d1.Database, trigger []string) (message string, err error) {
	if _, err := d1.Query(ctx, tx, trigger[1]); err != nil {
		return "", err
	}

	object := s.Objects[sqltext.Fold(trigger[0])]
	if message, err = s.ProbeReader(ctx, tx, object); err != nil {
		return "", err
	}

	_, err = d1.Query(ctx, tx, "DROP TRIGGER "+sqltext.Quote(object.Name))
	return message, err
}

// ProbeReader compiles what reads the view or fires the trigger, and returns why that fails.
func (s Schema) ProbeReader(ctx context.Context, tx d1.Database, o Object) (string, error) {
	if o.Kind == "view" {
		return s.probeView(ctx, tx, o)
	}
	if table := s.Tables[sqltext.Fold(o.Table)]; table != nil {
		return Probe(ctx, tx, table.writes()...)
	}
	return s.probeView(ctx, tx, s.Objects[sqltext.Fold(o.Table)])
}

// writes returns statements that write to the table in every way.
func (t *Table) writes() []string {
	name := sqltext.Quote(t.Name)
	if t.Virtual {
		return []string{"SELECT * FROM " + name + " LIMIT 1"}
	}

	var set []string
	for _, column := range t.Columns {
		if column.Hidden == 0 {
			set = append(set, sqltext.Quote(column.Name)+" = "+sqltext.Quote(column.Name))
		}
	}

	return []string{
		"EXPLAIN SELECT * FROM " + name, "EXPLAIN INSERT INTO " + name + " DEFAULT VALUES",
		"EXPLAIN UPDATE " + name + " SET " + strings.Join(set, ", "), "EXPLAIN DELETE FROM " + name,
	}
}

// probeView reads the view, and writes to it where it has a trigger for that.
func (s Schema) probeView(ctx context.Context, tx d1.Database, view Object) (string, error) {
	name := sqltext.Quote(view.Name)
	message, err := Probe(ctx, tx, "EXPLAIN SELECT * FROM "+name)
	if err != nil || message != "" {
		return message, err
	}

	var events []string
	triggers, err := d1.Query(ctx, tx, "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = "+sqltext.Literal(view.Name)+" COLLATE NOCASE")
	if err != nil {
		return "", err
	}

	definitions, err := triggers.Texts("the view's triggers")
	if err != nil {
		return "", err
	}
	for _, definition := range definitions {
		tokens, err := sqltext.Tokens(definition[0])
		if err != nil {
			return "", err
		}
		for _, token := range tokens {
			if token.Is("INSERT") || token.Is("UPDATE") || token.Is("DELETE") {
				events = append(events, strings.ToUpper(token.Text))
				break
			}
		}
	}
	for _, event := range events {
		statement := map[string]string{
			"INSERT": "EXPLAIN INSERT INTO " + name + " DEFAULT VALUES", "DELETE": "EXPLAIN DELETE FROM " + name,
		}[event]
		if event == "UPDATE" {
			if statement, err = updateAll(ctx, tx, name); err != nil {
				return "", err
			}
		}
		if message, err = Probe(ctx, tx, statement); err != nil || message != "" {
			return message, err
		}
	}

	return "", nil
}

// updateAll returns an UPDATE of all columns of a view.
func updateAll(ctx context.Context, tx d1.Database, view string) (string, error) {
	result, err := d1.Query(ctx, tx, "SELECT * FROM "+view+" LIMIT 0")
	if err != nil {
		return "", err
	}
	var set []string
	for _, column := range result.Columns {
		set = append(set, sqltext.Quote(column)+" = "+sqltext.Quote(column))
	}
	return "EXPLAIN UPDATE " + view + " SET " + strings.Join(set, ", "), nil
}

// Probe returns why the database refuses the first statement that it refuses; empty if it refuses none.
func Probe(ctx context.Context, tx d1.Database, statements ...string) (message string, err error) {
	for _, statement := range statements {
		_, err := d1.Query(ctx, tx, statement)
		var refused *d1.Error
		if errors.As(err, &refused) {
			return refused.Message, nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", nil
}
