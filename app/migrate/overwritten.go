//go:build !wasm

package migrate

import (
	"fmt"
	"slices"
)

// judgeUpdates finds the values that an UPDATE of the file puts others in the place of, which no note can say to be safe.
// In a table that is not copied as a whole, any may be.
func (p *performance) judgeUpdates(s survivor, was string, had, has snapshot) {
	var pairs, updated [][2]string
	for _, pair := range s.pairs {
		if slices.Contains(had.columns, pair[0]) && slices.Contains(has.columns, pair[1]) {
			pairs = append(pairs, pair)
			if p.line.updated[s.old][pair[1]] {
				updated = append(updated, pair)
			}
		}
	}
	if len(updated) == 0 || len(has.rows) < len(had.rows) {
		return
	}

	for _, difference := range overwritten(had, has, pairs, updated) {
		what := "values of " + was
		if difference.column != "" {
			what += "." + difference.column
		}
		p.effect.overwrite(was, Change{"~", what, fmt.Sprintf("%d of %s, as with %s", difference.rows, p.outOf(s.old, had), difference.one), Irreversible})
		updated = slices.DeleteFunc(updated, func(pair [2]string) bool { return pair[0] == difference.column })
	}
	if p.whole[s.old] {
		return
	}
	for _, pair := range updated {
		p.effect.overwrite(was, Change{"~", "values of " + was + "." + pair[0], "an UPDATE, and not all rows were looked at", Irreversible})
	}
}

// overwrite notes values of a table that an UPDATE overwrites.
func (e *Effect) overwrite(table string, change Change) {
	if e.overwritten == nil {
		e.overwritten = map[string][]Change{}
	}
	what := "rows of " + table
	e.overwritten[what] = append(e.overwritten[what], change)
}

// overwritten counts the values of updated columns that are others now. NULL is none. Without a key that finds a row
// again, whole rows are compared.
func overwritten(was, is snapshot, pairs, updated [][2]string) []difference {
	primary := translate(was.primary, pairs)
	if len(primary) == 0 || len(was.primary) != len(primary) || twice(was.only(was.primary)) {
		return differences(was, is, pairs)
	}
	if lost := missing(was.primary[0], was.only(was.primary), is.only(primary), was.describe()); lost != nil {
		return lost
	}

	place := map[string]int{}
	for i, value := range is.only(primary) {
		place[value] = i
	}
	keys, described := was.only(was.primary), was.describe()

	var found []difference
	for _, pair := range updated {
		before, after := was.only(pair[:1]), is.only(pair[1:])
		changed := difference{column: pair[0]}
		for row, value := range before {
			if value != "NULL" && value != after[place[keys[row]]] {
				changed.rows, changed.one = changed.rows+1, described[row]
			}
		}
		if changed.rows > 0 {
			found = append(found, changed)
		}
	}
	return found
}
