package shadow

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

// copyParents copies the rows that copied rows refer to, and those that these refer to, so that foreign keys hold
// where the target's do. Rows of incomplete tables whose parents are still missing after some rounds are deleted.
func (r *Replica) copyParents(ctx context.Context, tables []*schema.Table) error {
	const rounds = 5
	for round := 0; ; round++ {
		missing := 0
		for _, child := range tables {
			for _, parent := range child.ForeignKeys {
				to := r.Schema.Tables[sqltext.Fold(parent.Table)]
				if to == nil || to.Virtual || r.Complete[sqltext.Fold(to.Name)] || r.Modified[sqltext.Fold(to.Name)] {
					continue
				}
				n, err := r.copyParent(ctx, child, parent, to, round == rounds)
				if err != nil {
					return err
				}
				missing += n
			}
		}
		if missing == 0 || round == rounds {
			return nil
		}
	}
}

// copyParent copies the rows that one foreign key is missing, or with `prune` deletes the rows that miss them. It
// returns how many rows it changed.
func (r *Replica) copyParent(ctx context.Context, child *schema.Table, parent schema.ForeignKey, to *schema.Table, prune bool) (int, error) {
	keys := parent.TargetColumns(to)
	if len(keys) != len(parent.From) {
		return 0, nil
	}
	var match, terms, set []string
	for i, from := range parent.From {
		match = append(match, "p."+sqltext.Quote(keys[i])+" = c."+sqltext.Quote(from))
		terms = append(terms, fmt.Sprintf("%s AS c%d", sqltext.Value("c."+sqltext.Quote(from)), i))
		set = append(set, "c."+sqltext.Quote(from)+" IS NOT NULL")
	}
	orphans := " WHERE " + strings.Join(set, " AND ") + " AND NOT EXISTS (SELECT 1 FROM " + sqltext.Quote(to.Name) + " AS p WHERE " + strings.Join(match, " AND ") + ")"
	if prune {
		pruned, err := d1.Query(ctx, r.DB, "DELETE FROM "+sqltext.Quote(child.Name)+" AS c"+orphans)
		return int(pruned.Changes), err
	}

	found, err := d1.Query(ctx, r.DB, "SELECT DISTINCT "+strings.Join(terms, ", ")+" FROM "+sqltext.Quote(child.Name)+" AS c"+orphans+
		fmt.Sprintf(" LIMIT %d", r.sampleSize))
	var refused *d1.Error
	if errors.As(err, &refused) || err == nil && len(found.Rows) == 0 {
		return 0, nil // the foreign key is broken, or misses nothing
	}
	if err != nil {
		return 0, err
	}
	values, err := found.Texts("keys of parents")
	if err != nil {
		return 0, err
	}
	return r.fetch(ctx, SourceOf(to), keys, values)
}

// fetch copies the rows of the target that have one of the key values.
func (r *Replica) fetch(ctx context.Context, from source, keys []string, values [][]string) (int, error) {
	columns := make([]string, len(keys))
	for i, name := range keys {
		columns[i] = sqltext.Quote(name)
	}
	copied := 0
	for chunk := range slices.Chunk(values, 100) {
		tuples := make([]string, len(chunk))
		for i, row := range chunk {
			tuples[i] = "(" + strings.Join(row, ", ") + ")"
		}
		rows, err := r.Target.Batch(ctx, from.query(" WHERE ("+strings.Join(columns, ", ")+") IN (VALUES "+strings.Join(tuples, ", ")+")"))
		if err != nil {
			return 0, err
		}
		if _, err := r.write(ctx, from, rows[0]); err != nil {
			return 0, err
		}
		copied += len(rows[0].Rows)
	}

	return copied, nil
}
