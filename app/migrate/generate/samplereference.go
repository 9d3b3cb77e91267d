package generate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// reference is a foreign key, by old names. The table is in lower case.
type reference struct {
	from, columns []string
	to            string
}

// references returns the foreign keys of a table, and those that it gets.
func (s *sampler) references(table string) []reference {
	var found []reference
	add := func(from []string, to string, columns func(*schema.Table) []string) {
		if parent := s.past.schema.Tables[to]; parent != nil {
			found = append(found, reference{from, columns(parent), to})
		}
	}
	for _, key := range s.past.schema.Tables[table].ForeignKeys {
		add(key.From, sqltext.Fold(key.Table), key.TargetColumns)
	}

	present := s.present(table)
	is := s.want.schema.Tables[present]
	if is == nil {
		return found
	}
	for _, key := range is.ForeignKeys {
		to := sqltext.Fold(key.Table)
		from := s.oldNames(present, key.From)
		if slices.ContainsFunc(from, func(name string) bool { return !s.past.schema.Tables[table].Has(name) }) {
			continue // of a new column
		}
		add(from, sqltext.Fold(cmp.Or(s.oldTables[to], to)), func(*schema.Table) []string {
			return s.oldNames(to, key.TargetColumns(s.want.schema.Tables[to]))
		})
	}
	return found
}

// parent returns the values with which a row refers to the i-th row of another table; nil if there is none.
func (s *sampler) parent(ctx context.Context, r reference, i int) ([]string, error) {
	terms := make([]string, len(r.columns))
	for j, column := range r.columns {
		if !s.past.schema.Tables[r.to].Has(column) {
			return nil, nil
		}
		terms[j] = fmt.Sprintf("quote(%s) AS c%d", bare(column), j)
	}
	found, err := d1.Query(ctx, s.past.db, fmt.Sprintf("SELECT %s FROM %s ORDER BY 1 LIMIT 1 OFFSET %d", strings.Join(terms, ", "), bare(r.to), i))
	if err != nil || len(found.Rows) == 0 {
		return nil, err
	}
	rows, err := found.Texts("a row to refer to")
	if err != nil {
		return nil, err
	}

	return rows[0], nil
}
