//go:build !wasm

package migrate

import (
	"context"
	"errors"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// problem is a part of the schema that does not compile: a statement that has to do with it fails, whatever it says.
type problem struct{ what, message string }

// compile finds what does not compile: every view is read, and every table and view written to in every way that it has
// columns or triggers for, which takes in foreign keys, expressions of indexes and generated columns. Nothing is run.
// Triggers are dropped and made again on the way if one of them is to blame.
func compile(ctx context.Context, tx d1.Database, s schema) ([]problem, error) {
	first, err := s.probeAll(ctx, tx)
	if err != nil || len(first) == 0 {
		return nil, err
	}
	triggers, err := d1.Query(ctx, tx, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid")
	if err != nil || len(triggers.Rows) == 0 {
		return first, err
	}
	return s.blame(ctx, tx, triggers.Rows)
}

// probeAll probes every table and view.
func (s schema) probeAll(ctx context.Context, tx d1.Database) ([]problem, error) {
	var found []problem
	for _, name := range keys(s.tables, nil) {
		message, err := probe(ctx, tx, s.tables[name].writes()...)
		if err != nil {
			return nil, err
		}
		if message != "" {
			found = append(found, problem{"table " + s.tables[name].name, message})
		}
	}
	for _, name := range keys(s.others, nil) {
		if s.others[name].kind != "view" {
			continue
		}
		message, err := s.probeView(ctx, tx, s.others[name])
		if err != nil {
			return nil, err
		}
		if message != "" {
			found = append(found, problem{"view " + s.others[name].name, message})
		}
	}
	return found, nil
}

// blame finds the triggers that do not compile by having one at a time, and what else does not, by having none.
func (s schema) blame(ctx context.Context, tx d1.Database, triggers []d1.Row) ([]problem, error) {
	for _, trigger := range triggers {
		if _, err := d1.Query(ctx, tx, "DROP TRIGGER "+quote(trigger.Text(0))); err != nil {
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
		object := s.others[key(trigger.Text(0))]
		known := func() bool {
			for _, problem := range found {
				if strings.HasSuffix(problem.what, " "+object.table) && problem.message == message {
					return true
				}
			}
			return false
		}
		if message != "" && !known() {
			found = append(found, problem{"trigger " + object.name, message})
		}
	}
	for _, trigger := range triggers {
		if _, err := d1.Query(ctx, tx, trigger.Text(1)); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// probeTrigger makes the trigger, probes what fires it, and drops it.
func (s schema) probeTrigger(ctx context.Context, tx d1.Database, trigger d1.Row) (message string, err error) {
	if _, err := d1.Query(ctx, tx, trigger.Text(1)); err != nil {
		return "", err
	}
	object := s.others[key(trigger.Text(0))]
	if table := s.tables[key(object.table)]; table != nil {
		message, err = probe(ctx, tx, table.writes()...)
	} else {
		message, err = s.probeView(ctx, tx, s.others[key(object.table)])
	}
	if err != nil {
		return "", err
	}
	_, err = d1.Query(ctx, tx, "DROP TRIGGER "+quote(object.name))
	return message, err
}

// writes are statements that write to the table in every way.
func (t *table) writes() []string {
	name := quote(t.name)
	if t.virtual {
		return []string{"SELECT * FROM " + name + " LIMIT 1"}
	}
	var set []string
	for _, column := range t.columns {
		if column.hidden == 0 {
			set = append(set, quote(column.name)+" = "+quote(column.name))
		}
	}
	return []string{
		"EXPLAIN SELECT * FROM " + name, "EXPLAIN INSERT INTO " + name + " DEFAULT VALUES",
		"EXPLAIN UPDATE " + name + " SET " + strings.Join(set, ", "), "EXPLAIN DELETE FROM " + name,
	}
}

// probeView reads the view, and writes to it where a trigger stands in for it.
func (s schema) probeView(ctx context.Context, tx d1.Database, view other) (string, error) {
	name := quote(view.name)
	message, err := probe(ctx, tx, "EXPLAIN SELECT * FROM "+name)
	if err != nil || message != "" {
		return message, err
	}
	var events []string
	triggers, err := d1.Query(ctx, tx, "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = "+literal(view.name)+" COLLATE NOCASE")
	if err != nil {
		return "", err
	}
	for _, trigger := range triggers.Rows {
		tokens, err := significant(trigger.Text(0))
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
			if statement, err = updateOf(ctx, tx, name); err != nil {
				return "", err
			}
		}
		if message, err = probe(ctx, tx, statement); err != nil || message != "" {
			return message, err
		}
	}
	return "", nil
}

func updateOf(ctx context.Context, tx d1.Database, view string) (string, error) {
	result, err := d1.Query(ctx, tx, "SELECT * FROM "+view+" LIMIT 0")
	if err != nil {
		return "", err
	}
	var set []string
	for _, column := range result.Columns {
		set = append(set, quote(column)+" = "+quote(column))
	}
	return "EXPLAIN UPDATE " + view + " SET " + strings.Join(set, ", "), nil
}

// probe returns what the database has against the first statement that it refuses.
func probe(ctx context.Context, tx d1.Database, statements ...string) (message string, err error) {
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
