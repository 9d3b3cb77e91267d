//go:build !wasm

package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// copyParents copies the rows that copied rows refer to, and those that these refer to, so that the shadow's foreign keys
// hold where the target's do. What is still missing after some rounds, of a table that was not copied as a whole, goes.
func (r *rehearsal) copyParents(ctx context.Context, tables []*table) error {
	const rounds = 5
	for round := 0; ; round++ {
		missing := 0
		for _, child := range tables {
			for _, parent := range child.parents {
				to := r.now.tables[key(parent.table)]
				if to == nil || to.virtual || r.whole[key(to.name)] || r.dirty[key(to.name)] {
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

// copyParent copies the rows that one foreign key misses, or with `prune` drops those that miss them. It returns how many
// rows it changed.
func (r *rehearsal) copyParent(ctx context.Context, child *table, parent parent, to *table, prune bool) (int, error) {
	keys := parent.target(to)
	if len(keys) != len(parent.from) {
		return 0, nil
	}
	var match, terms, set []string
	for i, from := range parent.from {
		match = append(match, "p."+quote(keys[i])+" = c."+quote(from))
		terms = append(terms, fmt.Sprintf("quote(c.%s) AS c%d", quote(from), i))
		set = append(set, "c."+quote(from)+" IS NOT NULL")
	}
	orphans := " WHERE " + strings.Join(set, " AND ") + " AND NOT EXISTS (SELECT 1 FROM " + quote(to.name) + " AS p WHERE " + strings.Join(match, " AND ") + ")"
	if prune {
		pruned, err := d1.Query(ctx, r.shadow, "DELETE FROM "+quote(child.name)+" AS c"+orphans)
		return int(pruned.Changes), err
	}

	found, err := d1.Query(ctx, r.shadow, "SELECT DISTINCT "+strings.Join(terms, ", ")+" FROM "+quote(child.name)+" AS c"+orphans+
		fmt.Sprintf(" LIMIT %d", r.sample))
	var refused *d1.Error
	if errors.As(err, &refused) || err == nil && len(found.Rows) == 0 {
		return 0, nil // the foreign key is broken, or misses nothing
	}
	if err != nil {
		return 0, err
	}
	return r.fetch(ctx, sourceOf(to), keys, found.Rows)
}

// fetch copies the rows of the target whose keys have one of the values.
func (r *rehearsal) fetch(ctx context.Context, from source, keys []string, values []d1.Row) (int, error) {
	columns := make([]string, len(keys))
	for i, name := range keys {
		columns[i] = quote(name)
	}
	copied := 0
	for chunk := range slices.Chunk(values, 100) {
		tuples := make([]string, len(chunk))
		for i, row := range chunk {
			tuples[i] = "(" + strings.Join(texts(row), ", ") + ")"
		}
		rows, err := r.target.Batch(ctx, from.query(" WHERE ("+strings.Join(columns, ", ")+") IN (VALUES "+strings.Join(tuples, ", ")+")"))
		if err != nil {
			return 0, err
		}
		if _, err := r.write(ctx, from, rows[0].Rows); err != nil {
			return 0, err
		}
		copied += len(rows[0].Rows)
	}
	return copied, nil
}
