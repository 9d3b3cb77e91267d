package shadow

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
)

// Partial reports whether the target has rows of the table that the replica lacks, and no file has changed them yet.
func (r *Replica) Partial(table string) bool {
	return r.TargetTables[table] && !r.Complete[table] && !r.Modified[table]
}

// Rows are rows of the target, and how to read their table.
type Rows struct {
	From source
	Rows []d1.Row
}

// RowsWithKeys returns the target's rows that have one of the keys.
func (r *Replica) RowsWithKeys(ctx context.Context, from source, terms, keys []string) ([]d1.Row, error) {
	var found []d1.Row
	for chunk := range slices.Chunk(keys, 100) {
		result, err := d1.Query(ctx, r.Target, from.query(" WHERE ("+strings.Join(terms, ", ")+") IN (VALUES ("+strings.Join(chunk, "), (")+"))").SQL)
		var refused *d1.Error
		if errors.As(err, &refused) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		found = append(found, result.Rows...)
	}

	return found, nil
}

// AddRows copies rows of the target, with the rows that they refer to.
func (r *Replica) AddRows(ctx context.Context, met []Rows) error {
	return r.withoutEnforcement(ctx, func() error {
		for _, meeting := range met {
			if _, err := r.write(ctx, meeting.From, d1.Result{Rows: meeting.Rows}); err != nil {
				return err
			}
		}
		var clean, indexes []*schema.Table

		for _, name := range schema.Names(r.Schema.Tables, nil) {
			switch table := r.Schema.Tables[name]; {
			case table.Virtual && !table.OwnsContent() && table.Module() == "fts5":
				indexes = append(indexes, table)
			case !table.Virtual && r.TargetTables[name] && !r.Modified[name]:
				clean = append(clean, table)
			}
		}
		if err := r.copyParents(ctx, clean); err != nil {
			return err
		}
		return r.rebuildFullText(ctx, indexes)
	})
}
