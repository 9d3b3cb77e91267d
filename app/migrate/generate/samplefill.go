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

// blame is a chosen value because of which the new schema refuses a row.
type blame struct {
	fill    Fill
	message string
}

// fills returns the chosen values of a table, given as it was.
func (s *sampler) fills(table *schema.Table) []Fill {
	present := s.present(table.Name)
	return slices.DeleteFunc(slices.Clone(s.input.Choices.Fills), func(f Fill) bool {
		return s.present(f.Table) != present || s.want.schema.Tables[present] == nil
	})
}

// filled returns the chosen values for a row, as SQL by columns in lower case. They are computed with the old schema, in
// which tables and columns have their new names for the moment.
func (s *sampler) filled(ctx context.Context, table *schema.Table, row map[string]string) (map[string]string, error) {
	fills := s.fills(table)
	if len(fills) == 0 {
		return nil, nil
	}
	present := s.present(table.Name)
	var given []string
	for _, column := range table.Columns {
		if value, found := row[sqltext.Fold(column.Name)]; found {
			given = append(given, value+" AS "+bare(s.newColumn(present, column.Name)))
		}
	}
	terms := make([]string, len(fills))
	for i, fill := range fills {
		terms[i] = "quote(" + fill.Value + ")"
	}
	from := fmt.Sprintf("(SELECT %s) AS %s", strings.Join(given, ", "), bare(s.want.schema.Tables[present].Name))

	values := map[string]string{}
	err := s.past.db.Transaction(ctx, func(tx d1.Database) error {
		for _, rename := range s.renames {
			if _, err := d1.Query(ctx, tx, rename); err != nil {
				return err
			}
		}
		rows, message, err := ask(ctx, tx, "SELECT "+strings.Join(terms, ", ")+" FROM "+from)
		if err != nil {
			return err
		}
		for i, fill := range fills {
			if message == "" {
				values[sqltext.Fold(fill.Column)] = rows[0][i]
			}
		}
		return errTried
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return values, err
}

// blame notes a chosen value if a row is refused with it, and taken with another.
func (s *sampler) blame(ctx context.Context, table *schema.Table, row map[string]string, i int, message string) error {
	is := s.want.schema.Tables[s.present(table.Name)]
	fills, others := s.fills(table), map[string]string{}
	for _, fill := range fills {
		column, _ := is.Column(fill.Column)
		others[sqltext.Fold(fill.Column)] = s.value(is, column, i, 0)
	}

	var refused *d1.Error
	err := s.want.db.Transaction(ctx, func(tx d1.Database) error {
		if _, err := d1.Query(ctx, tx, s.future(table, row, others)); err != nil {
			return err
		}
		return errTried
	})
	switch {
	case errors.Is(err, errTried):
		at := max(0, slices.IndexFunc(fills, func(f Fill) bool { return slices.Contains(sqltext.Words(message), sqltext.Fold(f.Column)) }))
		s.blamed[sqltext.Fold(table.Name)] = blame{fills[at], message}
		return nil
	case errors.As(err, &refused):
		return nil
	}
	return err
}

// unsuited says which chosen values make the file fail for some rows, unless that has been said.
func (s *sampler) unsuited() []string {
	var words []string
	for _, table := range schema.Names(s.blamed, nil) {
		found := s.blamed[table]
		if s.varying[Name{s.present(table), sqltext.Fold(found.fill.Column)}] && strings.HasPrefix(found.message, "NOT NULL") {
			continue
		}
		words = append(words, fmt.Sprintf("Some rows don't suit --fill %s, and make this file fail: %s.", found.fill, found.message))
	}
	return words
}
