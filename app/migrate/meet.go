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

// errMeets ends a performance whose rows meet others of the target that were not copied, and undoes it.
var errMeets = errors.New("the file's rows meet rows that were not copied")

const (
	meetings  = 3     // times that a file is rehearsed anew with the rows that it met
	mostAsked = 2_000 // values of one key
)

// apart reports whether the target holds rows of the table that the shadow lacks, and that no file has changed before.
func (r *rehearsal) apart(table string) bool {
	return r.there[table] && !r.whole[table] && !r.dirty[table]
}

// keyed are the values that a table's keys have, by the key's place and its values as SQL.
type keyed []map[string]bool

// keysOf reads the values of a table's keys. One that can't be read has none.
func keysOf(ctx context.Context, db d1.Database, name string, keys [][]string) (keyed, error) {
	found := make(keyed, len(keys))
	for i, terms := range keys {
		found[i] = map[string]bool{}
		if len(terms) == 0 {
			continue
		}
		columns := make([]string, len(terms))
		for j, term := range terms {
			columns[j] = fmt.Sprintf("quote(%s) AS c%d", term, j)
		}
		result, err := d1.Query(ctx, db, "SELECT DISTINCT "+strings.Join(columns, ", ")+" FROM "+quote(name)+
			" WHERE "+strings.Join(terms, " IS NOT NULL AND ")+" IS NOT NULL")
		var refused *d1.Error
		if errors.As(err, &refused) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, row := range result.Rows {
			found[i][strings.Join(texts(row), ", ")] = true
		}
	}
	return found, nil
}

// keyTerms are what the keys of a table are made of, as SQL.
func (t *table) keyTerms(in schema) [][]string {
	list := make([][]string, len(t.uniques))
	for i, unique := range t.uniques {
		list[i], _ = unique.terms(in)
	}
	return list
}

// noteKeys notes the keys of tables that are not there as a whole.
func (p *performance) noteKeys(ctx context.Context) error {
	p.keys = map[string]keyed{}
	for name, table := range p.rehearsal.now.tables {
		if !p.apart(name) {
			continue
		}
		var err error
		if p.keys[name], err = keysOf(ctx, p.shadow, table.name, table.keyTerms(p.rehearsal.now)); err != nil {
			return err
		}
	}
	return nil
}

// meet asks the target for rows that have a key of a row that the file has made. It returns errMeets if there are any.
func (p *performance) meet(ctx context.Context) error {
	p.met = nil
	for _, survivor := range p.survivors {
		had, noted := p.keys[survivor.old]
		if !noted {
			continue
		}
		was := p.rehearsal.now.tables[survivor.old]
		terms := was.keyTerms(p.rehearsal.now)
		present := make([][]string, len(terms))
		for i, unique := range was.uniques {
			present[i] = terms[i]
			if columns := translate(unique.columns, survivor.pairs); len(columns) == len(terms[i]) && !unique.partial {
				present[i] = make([]string, len(columns))
				for j, column := range columns {
					present[i][j] = quote(column)
				}
			}
		}
		has, err := keysOf(ctx, p.tx, p.now.tables[survivor.present].name, present)
		if err != nil {
			return err
		}
		for i := range terms {
			var added []string
			for value := range has[i] {
				if !had[i][value] && len(added) < mostAsked {
					added = append(added, value)
				}
			}
			slices.Sort(added)
			rows, err := p.rowsWith(ctx, sourceOf(was), terms[i], added)
			if err != nil {
				return err
			}
			if len(rows) > 0 {
				p.met = append(p.met, meeting{sourceOf(was), rows})
			}
		}
	}
	if len(p.met) > 0 {
		return errMeets
	}
	return nil
}

// meeting is rows of the target that a file's rows meet.
type meeting struct {
	from source
	rows []d1.Row
}

// rowsWith reads the rows of the target with one of the keys.
func (r *rehearsal) rowsWith(ctx context.Context, from source, terms, keys []string) ([]d1.Row, error) {
	var found []d1.Row
	for chunk := range slices.Chunk(keys, 100) {
		result, err := d1.Query(ctx, r.target, from.query(" WHERE ("+strings.Join(terms, ", ")+") IN (VALUES ("+strings.Join(chunk, "), (")+"))").SQL)
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

// take brings rows of the target to the shadow, with those that they refer to.
func (r *rehearsal) take(ctx context.Context, met []meeting) error {
	return r.quietly(ctx, func() error {
		for _, meeting := range met {
			if _, err := r.write(ctx, meeting.from, meeting.rows); err != nil {
				return err
			}
		}
		var clean, indexes []*table
		for _, name := range keys(r.now.tables, nil) {
			switch table := r.now.tables[name]; {
			case table.virtual && !table.content() && table.module() == "fts5":
				indexes = append(indexes, table)
			case !table.virtual && r.there[name] && !r.dirty[name]:
				clean = append(clean, table)
			}
		}
		if err := r.copyParents(ctx, clean); err != nil {
			return err
		}
		return r.index(ctx, indexes)
	})
}
