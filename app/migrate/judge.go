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

// judgeRows compares the rows of every table that is still there with those that it had.
func (p *performance) judgeRows(ctx context.Context) error {
	for _, survivor := range p.survivors {
		was, is := p.before.tables[survivor.old], p.now.tables[survivor.present]
		if had, known := p.had[survivor.old]; known && !p.line.deleted[survivor.old] && !(is.virtual && !is.content()) {
			has, err := snap(ctx, p.tx, is)
			if err != nil {
				return err
			}
			converted, err := p.conversions(ctx, survivor)
			if err != nil {
				return err
			}
			p.judgeTable(survivor, was.name, is.name, had, has, converted)
		}
	}
	return nil
}

// judgeTable refuses rows that are gone though no statement says so, shows values that are others, and has what is left
// guarded on the target. Converted are the values of the target that a new type changes.
func (p *performance) judgeTable(s survivor, was, is string, had, has snapshot, converted []difference) {
	if less := len(had.rows) - len(has.rows); less > 0 && !p.cascaded(s.old) {
		one := "one"
		if gone := missing("", had.only(had.primary), has.only(translate(had.primary, s.pairs)), had.describe()); len(had.primary) > 0 && gone != nil {
			one = "the one with " + gone[0].one
		}
		p.refusals = append(p.refusals, Refusal{
			Losing, p.file.Name, 0, fmt.Sprintf("the table %s would have lost rows: %d of %s, as %s", was, less, p.outOf(s.old, had), one),
			"See what the file copies or cascades to. If rows are to go, delete them in a statement of its own.",
		})
	}

	var kept [][2]string
	for _, pair := range s.pairs {
		if !p.line.updated[s.old][pair[1]] && slices.Contains(had.columns, pair[0]) && slices.Contains(has.columns, pair[1]) {
			kept = append(kept, pair)
		}
	}
	identified := len(had.primary) == 0 || len(translate(had.primary, kept)) == len(had.primary)
	guard := guarded{before: was, after: is}
	if identified {
		for _, difference := range p.differences(s.old, had, has, kept) {
			what := "values of " + was
			if difference.column != "" {
				what += "." + difference.column
			}
			p.effect.add(Change{"~", what, fmt.Sprintf("%d of %s, as with %s", difference.rows, p.outOf(s.old, had), difference.one), Irreversible})
			unknown := difference.column == "" || slices.Contains(had.primary, difference.column) // which row is which
			kept = slices.DeleteFunc(kept, func(pair [2]string) bool { return unknown || pair[0] == difference.column })
		}
		for _, difference := range converted {
			left := slices.DeleteFunc(slices.Clone(kept), func(pair [2]string) bool { return pair[0] == difference.column })
			if len(left) < len(kept) {
				p.effect.add(Change{"~", "values of " + was + "." + difference.column,
					count(difference.rows, "row") + " by its new type, as with " + difference.one, Irreversible})
			}
			kept = left
		}
	}
	if identified && (s.rebuilt || p.line.changed[s.old]) {
		guard.pairs = kept
		guard.counted = len(had.primary) == 0 || len(translate(had.primary, kept)) < len(had.primary)
	}
	p.effect.guarded = append(p.effect.guarded, guard)
}

// outOf says how many rows were looked at, and if those are not all.
func (p *performance) outOf(old string, had snapshot) string {
	rows := count(len(had.rows), "row")
	if !p.whole[old] {
		rows += " looked at"
	}
	return rows
}

// differences are none where rows are missing: those are told of otherwise.
func (p *performance) differences(old string, had, has snapshot, pairs [][2]string) []difference {
	if len(has.rows) < len(had.rows) || len(pairs) == 0 {
		return nil
	}
	return differences(had, has, pairs)
}

// cascaded reports whether a refusal about a drop tells already what became of a table's rows.
func (p *performance) cascaded(old string) bool {
	for _, dropped := range p.drops {
		for _, child := range dropped.children {
			if child.refused && child.old == old {
				return true
			}
		}
	}
	return false
}

// judgeCounters shows where AUTOINCREMENT goes back, so that numbers are given a second time.
func (p *performance) judgeCounters(ctx context.Context) error {
	now, err := counters(ctx, p.tx)
	if err != nil {
		return err
	}
	for _, survivor := range p.survivors {
		had, has := p.counters[survivor.old], now[survivor.present]
		if has < had && !p.line.deleted[survivor.old] {
			p.effect.add(Change{
				"~", "counter of " + p.now.tables[survivor.present].name,
				fmt.Sprintf("goes back from %d to %d: numbers of deleted rows are given again", had, has), DestructiveRisk,
			})
		}
	}
	return nil
}

// counters are those of AUTOINCREMENT, by table.
func counters(ctx context.Context, db d1.Database) (map[string]int64, error) {
	found := map[string]int64{}
	result, err := d1.Query(ctx, db, selectCounters)
	var refused *d1.Error
	if errors.As(err, &refused) {
		return found, nil // no table has one
	}
	for _, row := range result.Rows {
		found[key(row.Text(0))] = row.Int(1)
	}
	return found, err
}

// judgeChecks finds the new CHECKs of new columns that a row breaks which doesn't know the columns.
func (p *performance) judgeChecks(ctx context.Context) error {
	for _, survivor := range p.survivors {
		was, is := p.before.tables[survivor.old], p.now.tables[survivor.present]
		for _, clause := range is.clauses {
			if !clause.check() || slices.Contains(was.clauses, clause) || clause.gain(was) != Additive {
				continue
			}
			broken, err := p.breaks(ctx, clause, is)
			if err != nil {
				return err
			}
			if broken {
				p.effect.worsen("constraint of "+is.name, clause.text)
			}
		}
	}
	return nil
}

// breaks reports whether a row with nothing but defaults breaks the CHECK, or may: a generated column's value depends.
func (p *performance) breaks(ctx context.Context, check clause, of *table) (bool, error) {
	var terms []string
	for _, word := range words(check.text) {
		column, found := of.column(word)
		switch {
		case !found:
			continue
		case column.generated():
			return true, nil
		}
		value := "NULL"
		if column.fallback != "" {
			value = "(" + column.fallback + ")"
		}
		terms = append(terms, value+" AS "+quote(column.name))
	}
	if len(terms) == 0 {
		return false, nil
	}
	result, err := d1.Query(ctx, p.tx, "SELECT coalesce("+strings.TrimPrefix(check.text, "check ")+", 1) AS kept FROM (SELECT "+strings.Join(terms, ", ")+")")
	var refused *d1.Error
	if errors.As(err, &refused) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return !result.Rows[0].Bool(0), nil
}

// judgeSchema refuses what does not compile any more.
func (p *performance) judgeSchema(ctx context.Context) error {
	problems, err := compile(ctx, p.tx, p.now)
	if err != nil {
		return err
	}
	for _, problem := range problems {
		if p.broken[problem.what] || p.mismatched(problem) {
			continue
		}
		if p.quoted(problem) {
			continue
		}
		p.refusals = append(p.refusals, Refusal{
			Breaking, p.file.Name, 0, "after it the " + problem.what + " fails: " + problem.message, advise(problem),
		})
	}
	return nil
}

// quoted refuses a view or trigger of the file that has a text in double quotes.
func (p *performance) quoted(found problem) bool {
	for _, statement := range p.file.Statements {
		if made := madeBy(statement); made == "" || key(found.what) != key(made) {
			continue
		}
		if name, text := taken(statement, found.message); text {
			p.failure.statement = statement
			p.refuseText(name)
			return true
		}
	}
	return false
}

// mismatched refuses the drop of a parent that came back without the key that its children refer to.
func (p *performance) mismatched(found problem) bool {
	if !strings.HasPrefix(found.message, "foreign key mismatch") {
		return false
	}
	mismatch := false
	for _, dropped := range p.drops {
		for _, child := range dropped.children {
			table := p.now.tables[child.present]
			if table != nil && strings.Contains(found.message, fmt.Sprintf("%q referencing", table.name)) {
				p.refuseChild(dropped, child)
				mismatch = true
			}
		}
	}
	return mismatch
}

// advise says which form works.
func advise(found problem) string {
	switch {
	case strings.HasPrefix(found.what, "table "):
		return "Make the table and the key that it refers to in the same file, or rebuild it without the reference."
	case strings.HasPrefix(found.message, "no such column"):
		return "Drop the " + found.what + " in the file before that, and create it again after it, with the columns that there are then."
	}
	return "ALTER TABLE … RENAME TO takes what refers to a table along. Make the new table under a name of its own, copy, drop the old one, " +
		"and rename the new one to the old one's name; or drop the " + found.what + " before that, and create it again after it."
}
