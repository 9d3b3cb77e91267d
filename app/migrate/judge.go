//go:build !wasm

package migrate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

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
			copied, err := p.copied(ctx, survivor)
			if err != nil {
				return err
			}
			converted = append(converted, copied...)
			p.judgeTable(survivor, was.name, is.name, had, has, converted)
		}
	}
	return nil
}

// judgeTable refuses rows that are gone though no statement says so, shows values that are others, and has what is left
// guarded on the target. Converted are the values of the target that a new type changes.
func (p *performance) judgeTable(s survivor, was, is string, had, has snapshot, converted []difference) {
	p.judgeLoss(s, was, had, has)

	var kept [][2]string
	for _, pair := range s.pairs {
		if !p.line.updated[s.old][pair[1]] && slices.Contains(had.columns, pair[0]) && slices.Contains(has.columns, pair[1]) {
			kept = append(kept, pair)
		}
	}
	p.judgeUpdates(s, was, had, has)

	guard := guarded{before: was, after: is}
	kept = p.judgeValues(s, was, had, has, kept)
	kept = p.judgeConversions(was, kept, converted)
	if s.rebuilt || p.line.changed[s.old] {
		guard.pairs = kept
		guard.counted = len(had.primary) == 0 || len(translate(had.primary, kept)) < len(had.primary)
	}
	p.effect.guarded = append(p.effect.guarded, guard)
}

// judgeLoss refuses rows that are gone.
func (p *performance) judgeLoss(s survivor, was string, had, has snapshot) {
	less := len(had.rows) - len(has.rows)
	if less <= 0 || p.cascaded(s.old) {
		return
	}
	one := "one"
	gone := missing("", had.only(had.primary), has.only(translate(had.primary, s.pairs)), had.describe())
	if len(had.primary) > 0 && gone != nil {
		one = "the one with " + gone[0].one
	}
	p.refusals = append(p.refusals, Refusal{
		Losing, p.file.Name, 0, fmt.Sprintf("the table %s would have lost rows: %d of %s, as %s", was, less, p.outOf(s.old, had), one),
		"See what the file copies or cascades to. If rows are to go, delete them in a statement of its own.",
	})
}

// judgeValues shows the values that are others, and returns the columns in which all are the same.
func (p *performance) judgeValues(s survivor, was string, had, has snapshot, kept [][2]string) [][2]string {
	for _, difference := range p.differences(s.old, had, has, kept) {
		what := "values of " + was
		if difference.column != "" {
			what += "." + difference.column
		}
		p.effect.add(Change{"~", what, fmt.Sprintf("%d of %s, as with %s", difference.rows, p.outOf(s.old, had), difference.one), Irreversible})
		unknown := difference.column == "" || slices.Contains(had.primary, difference.column) // which row is which
		kept = slices.DeleteFunc(kept, func(pair [2]string) bool { return unknown || pair[0] == difference.column })
	}
	return kept
}

// judgeConversions shows the values that a new type makes others, and returns the columns in which all stay the same.
func (p *performance) judgeConversions(was string, kept [][2]string, converted []difference) [][2]string {
	generated := func(name string) bool {
		column, found := p.before.tables[key(was)].column(name)
		return found && column.generated()
	}
	for _, difference := range converted {
		left := slices.DeleteFunc(slices.Clone(kept), func(pair [2]string) bool { return pair[0] == difference.column })
		if len(left) < len(kept) {
			left = slices.DeleteFunc(left, func(pair [2]string) bool { return generated(pair[0]) }) // they follow
			detail := difference.one
			if difference.rows > 0 {
				detail = count(difference.rows, "row") + " by its new type or by what is copied to it, as with " + difference.one
			}
			p.effect.add(Change{"~", "values of " + was + "." + difference.column, detail, Irreversible})
		}
		kept = left
	}
	return kept
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
		if has == math.MaxInt64 && had < has {
			p.effect.add(Change{"~", "counter of " + p.now.tables[survivor.present].name, "is at its end: no row can be added", DestructiveRisk})
		}
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
