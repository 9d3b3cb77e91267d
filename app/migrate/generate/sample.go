package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

const sampleRows = 3 // of each table

// sampler puts rows into a database with the old schema that are good in the new schema too, so that a migration is
// tried on rows without being blamed for what it can't know.
type sampler struct {
	*generator
	past     *side
	inserted []string
	blamed   map[string]blame // by the names of tables, in lower case
}

// fill adds rows to every table that accepts some, and returns the tables that have none.
func (s *sampler) fillTables(ctx context.Context) (empty []string, err error) {
	order := ordered(schema.Names(s.past.schema.Tables, nil), func(table string, left []string) bool {
		if s.past.schema.Tables[table].Virtual { // the rows of others may bring rows of it along
			return slices.ContainsFunc(left, func(name string) bool { return !s.past.schema.Tables[name].Virtual })
		}
		return slices.ContainsFunc(s.references(table), func(r reference) bool { return r.to != table && slices.Contains(left, r.to) })
	})
	for _, name := range order {
		table := s.past.schema.Tables[name]
		if table.Virtual && !table.OwnsContent() {
			continue
		}

		added, err := s.fillTable(ctx, table)
		if err != nil {
			return nil, err
		}
		if found, blamed := s.blamed[name]; blamed && added == 0 {
			return nil, fmt.Errorf("--fill %s: it suits none of the rows that it was tried on: %s", found.fill, found.message)
		}
		if added == 0 {
			empty = append(empty, table.Name)
		}
	}

	return empty, nil
}

// fillTable adds rows to a table, and returns how many it takes. If they are given values, one more has NULL where that may be.
func (s *sampler) fillTable(ctx context.Context, table *schema.Table) (added int, err error) {
	wanted, first := sampleRows, 0
	if len(s.fills(table)) > 0 {
		wanted++
	}
	for i := range wanted {
		if i == sampleRows {
			first = 1
		}
		for shape := first; shape < shapes; shape++ {
			taken, err := s.insert(ctx, table, i, shape)
			if err != nil {
				return 0, err
			}
			if taken {
				added++
				break
			}
		}
	}
	return added, nil
}

// shapes is how many kinds of rows are tried: with a value in each column, with NULL where that may be, and with the
// smallest values.
const shapes = 3

// insert adds a row to both databases, and reports whether both take it.
func (s *sampler) insert(ctx context.Context, table *schema.Table, i, shape int) (taken bool, err error) {
	row, err := s.row(ctx, table, i, shape)
	if err != nil || row == nil {
		return false, err
	}
	fills, err := s.filled(ctx, table, row, i)
	if err != nil {
		return false, err
	}

	message, err := s.add(ctx, table, row, fills)
	if err == nil && message != "" && len(s.fills(table)) > 0 {
		err = s.blame(ctx, table, row, i, message)
	}
	return err == nil && message == "", err
}

// add adds a row to both databases, and returns the message of the one that refuses it.
func (s *sampler) add(ctx context.Context, table *schema.Table, row, fills map[string]string) (message string, err error) {
	var refused *d1.Error
	err = s.want.db.Transaction(ctx, func(tx d1.Database) error {
		if statement := s.future(table, row, fills); statement != "" {
			if _, err := d1.Query(ctx, tx, statement); err != nil {
				return err
			}
		}
		_, err := d1.Query(ctx, s.past.db, insertion(table, row))
		return err
	})
	if errors.As(err, &refused) {
		return refused.Message, nil
	}
	if err == nil {
		s.inserted = append(s.inserted, insertion(table, row))
	}
	return "", err
}

// insertion returns the statement that adds the row, given by columns, with the old schema.
func insertion(table *schema.Table, row map[string]string) string {
	var columns, values []string
	for _, column := range table.Columns {
		if value, given := row[sqltext.Fold(column.Name)]; given {
			columns, values = append(columns, bare(column.Name)), append(values, value)
		}
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", bare(table.Name), strings.Join(columns, ", "), strings.Join(values, ", "))
}

// future returns the statement that adds the row with the new schema, and the values that it is given; empty if the table is
// gone.
func (s *sampler) future(table *schema.Table, row, fills map[string]string) string {
	present := s.present(table.Name)
	is := s.want.schema.Tables[present]
	if is == nil {
		return ""
	}

	var columns, values []string
	for _, column := range is.Columns {
		value, given := row[sqltext.Fold(s.oldColumn(present, column.Name))]
		fill, filled := fills[sqltext.Fold(column.Name)]
		switch {
		case column.Hidden != 0 || !given && !filled:
			continue
		case filled && (!given || value == "NULL"):
			value = fill
		}
		columns, values = append(columns, bare(column.Name)), append(values, value)
	}

	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", bare(is.Name), strings.Join(columns, ", "), strings.Join(values, ", "))
}

// oldNames returns the names that columns of a table had.
func (s *sampler) oldNames(present string, columns []string) []string {
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = s.oldColumn(present, column)
	}
	return names
}

// oldColumn returns the name that a column of a table had.
func (g *generator) oldColumn(present, column string) string {
	if old, renamed := g.oldColumns[Name{present, sqltext.Fold(column)}]; renamed {
		return old
	}
	return column
}

// newColumn returns the name that a column of a table gets.
func (g *generator) newColumn(present, column string) string {
	for name, old := range g.oldColumns {
		if name.Table == present && sqltext.SameName(old, column) {
			return name.Column
		}
	}
	return column
}

// row returns the i-th row as SQL values by columns in lower case; nil if it would need a row of another table that is
// not there.
func (s *sampler) row(ctx context.Context, table *schema.Table, i, shape int) (map[string]string, error) {
	row := map[string]string{}
	for _, column := range table.Columns {
		if column.Hidden == 0 {
			row[sqltext.Fold(column.Name)] = s.value(table, column, i, shape)
		}
	}

	for _, r := range s.references(sqltext.Fold(table.Name)) {
		found, err := s.parent(ctx, r, i)
		if err != nil {
			return nil, err
		}
		for j, from := range r.from {
			column, _ := table.Column(from)
			switch {
			case found != nil:
				row[sqltext.Fold(from)] = found[j]
			case column.NotNull:
				return nil, nil
			default:
				row[sqltext.Fold(from)] = "NULL"
			}
		}
	}

	return row, nil
}
