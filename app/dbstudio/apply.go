package dbstudio

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// changed is not valid JSON: json(changed) makes SQLite fail, which rolls the batch back.
const changed = "changed meanwhile"

// planChanges returns the statements of the changes: first all checks, then all writes.
func planChanges(targets []target) (planned, error) {
	var plan planned
	for _, found := range targets {
		write, err := found.write()
		if err != nil {
			return planned{}, err
		}
		if found.Kind != "insert" {
			plan.checks = append(plan.checks, found.check())
		}
		plan.writes = append(plan.writes, write)
	}
	return plan, nil
}

// check returns a statement that fails unless the row is as it was read. The comparison is exact, whatever the column's
// collation. Of a value that is not shown as a whole, only the beginning is compared.
func (t target) check() string {
	terms := []string{t.where()}
	for i, c := range t.table.Columns {
		literal := t.literals[i]
		now := sqltext.Quote(c.Name)
		if len(literal) > shown {
			now = beginning(now)
		}
		terms = append(terms, now+" IS "+literal+" COLLATE BINARY")
	}
	return fmt.Sprintf("SELECT json(iif((SELECT count(*) FROM %s WHERE %s) = 1, '1', '%s'))",
		sqltext.Quote(t.table.Name), strings.Join(terms, " AND "), changed)
}

// write returns the statement that makes the change.
func (t target) write() (string, error) {
	columns, values, err := t.written()
	if err != nil {
		return "", err
	}

	into := sqltext.Quote(t.table.Name)
	switch {
	case t.Kind == "delete":
		return "DELETE FROM " + into + " WHERE " + t.where(), nil
	case t.Kind == "update":
		return "UPDATE " + into + " SET " + t.sets(columns, values), nil
	case len(columns) == 0:
		return "INSERT INTO " + into + " DEFAULT VALUES", nil
	}
	names := make([]string, len(columns))
	for i, place := range columns {
		names[i] = sqltext.Quote(t.table.Columns[place].Name)
	}

	return "INSERT INTO " + into + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")", nil
}

// where returns the condition that selects the row.
func (t target) where() string {
	order, _ := t.table.order()
	return matches(order, t.key.Values)
}

// sets returns the assignments of an UPDATE, with the condition that the values are still the old ones.
func (t target) sets(columns []int, values []string) string {
	var sets []string
	where := t.where()
	for i, place := range columns {
		name, old := sqltext.Quote(t.table.Columns[place].Name), t.literals[place]
		sets = append(sets, name+" = "+values[i])
		if len(old) <= shown {
			where += " AND " + name + " IS " + old
		}
	}
	return strings.Join(sets, ", ") + " WHERE " + where
}

// written returns the positions of the columns that the change sets, in the table's order, and their values as SQL.
func (t target) written() (columns []int, values []string, err error) {
	for place, c := range t.table.Columns {
		value, given := t.value(c.Name)
		if !given {
			continue
		}
		literal, err := c.write(value)
		if err != nil {
			return nil, nil, err
		}
		columns, values = append(columns, place), append(values, literal)
	}
	return columns, values, nil
}

// value returns the value that a change sets a column to. The page may spell the column's name in another case.
func (t target) value(column string) (any, bool) {
	for name, value := range t.Values {
		if sqltext.SameName(name, column) {
			return value, true
		}
	}
	return nil, false
}

// write returns a value as SQL. In a column without a type, text that looks like a number becomes a number; elsewhere SQLite
// converts by the type.
func (c *column) write(value any) (string, error) {
	typed, isText := value.(string)
	if number := numberIn(typed); isText && c.untyped() && number != "" {
		return number, nil
	}
	return literalOf(value)
}

// apply writes a batch, all or nothing, and returns the number of changed rows.
func (s *Studio) apply(ctx context.Context, plan planned, targets []target) (int64, error) {
	var statements []d1.Statement
	for _, sql := range append(plan.checks[:len(plan.checks):len(plan.checks)], plan.writes...) {
		statements = append(statements, d1.SQL(sql))
	}
	results, err := s.DB.Batch(ctx, statements...)
	if err != nil {
		return 0, s.asConflict(ctx, err, targets)
	}
	var total int64
	for _, result := range results {
		total += result.Changes
	}

	return total, nil
}

// asConflict returns a *conflictError if one of the checks failed, and err itself otherwise. It reads the rows again.
func (s *Studio) asConflict(ctx context.Context, err error, targets []target) error {
	var refused *d1.Error
	if !errors.As(err, &refused) || !strings.Contains(refused.Message, "malformed JSON") {
		return err
	}
	conflicts, again := s.reread(ctx, targets)
	if again != nil {
		return errors.Join(err, again)
	}
	if len(conflicts) == 0 {
		return err
	}
	return &conflictError{conflicts}
}
