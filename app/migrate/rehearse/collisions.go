package rehearse

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/shadow"
	"github.com/addreams/addreams/app/migrate/rehearse/snapshot"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// errCollision ends a trial whose rows collide with rows of the target that were not copied, and rolls it back.
var errCollision = errors.New("the file's rows meet rows that were not copied")

const (
	maxRetries = 3     // with the rows that a file collides with
	maxValues  = 2_000 // of one key
)

// keyValues are the values of a table's keys as SQL, by the key's index.
type keyValues []map[string]bool

// readKeyValues reads the values of a table's keys; none of a key that can't be read.
func readKeyValues(ctx context.Context, db d1.Database, name string, keys [][]string) (keyValues, error) {
	found := make(keyValues, len(keys))
	for i, terms := range keys {
		found[i] = map[string]bool{}
		if len(terms) == 0 {
			continue
		}
		columns := make([]string, len(terms))
		for j, term := range terms {
			columns[j] = fmt.Sprintf("%s AS c%d", sqltext.Value(term), j)
		}
		result, err := d1.Query(ctx, db, "SELECT DISTINCT "+strings.Join(columns, ", ")+" FROM "+sqltext.Quote(name)+
			" WHERE "+strings.Join(terms, " IS NOT NULL AND ")+" IS NOT NULL")
		var refused *d1.Error
		if errors.As(err, &refused) {
			continue
		}
		if err != nil {
			return nil, err
		}
		rows, err := result.Texts("keys of " + name)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			found[i][strings.Join(row, ", ")] = true
		}
	}

	return found, nil
}

// readKeys records the keys of incomplete tables.
func (t *trial) readKeys(ctx context.Context) error {
	t.keys = map[string]keyValues{}
	for name, table := range t.rehearsal.Schema.Tables {
		if !t.Partial(name) {
			continue
		}
		var err error
		if t.keys[name], err = readKeyValues(ctx, t.DB, table.Name, table.KeyTerms(t.rehearsal.Schema)); err != nil {
			return err
		}
	}
	return nil
}

// findCollisions asks the target for rows that have a key of one of the file's rows. It returns errCollision if there
// are any.
func (t *trial) findCollisions(ctx context.Context) error {
	t.collisions = nil
	for _, survivor := range t.survivors {
		had, noted := t.keys[survivor.Old]
		if !noted {
			continue
		}
		was := t.rehearsal.Schema.Tables[survivor.Old]
		terms := was.KeyTerms(t.rehearsal.Schema)
		present := make([][]string, len(terms))
		for i, unique := range was.Uniques {
			present[i] = terms[i]
			if columns := snapshot.PresentNames(unique.Columns, survivor.Pairs); len(columns) == len(terms[i]) && !unique.Partial {
				present[i] = make([]string, len(columns))
				for j, column := range columns {
					present[i][j] = sqltext.Quote(column)
				}
			}
		}
		has, err := readKeyValues(ctx, t.tx, t.after.Tables[survivor.Present].Name, present)
		if err != nil {
			return err
		}
		for i := range terms {
			added := slices.DeleteFunc(slices.Sorted(maps.Keys(has[i])), func(value string) bool { return had[i][value] })
			rows, err := t.RowsWithKeys(ctx, shadow.SourceOf(was), terms[i], added[:min(len(added), maxValues)])
			if err != nil {
				return err
			}
			if rows = t.unmet(survivor.Old, rows); len(rows) > 0 {
				t.collisions = append(t.collisions, shadow.Rows{From: shadow.SourceOf(was), Rows: rows})
			}
		}
	}
	if len(t.collisions) > 0 {
		return errCollision
	}

	return nil
}

// refuseCollision refuses a file whose rows meet ever more rows that were not copied.
func (t *trial) refuseCollision() {
	table := t.collisions[0].From.Name()
	t.refuse(0, migrate.KindFailing, "its rows of "+table+" have keys that other rows of the target have, which was tried in several ways",
		"Write keys that no row of "+table+" has, or change rows by a key that stays.")
}

// unmet returns the rows that were not copied because of an earlier collision: two keys that a collation takes for the
// same meet again.
func (t *trial) unmet(table string, rows []d1.Row) []d1.Row {
	var found []d1.Row
	for _, row := range rows {
		if text := fmt.Sprintf("%s: %q", table, row); !t.met[text] {
			t.met[text] = true
			found = append(found, row)
		}
	}
	return found
}
