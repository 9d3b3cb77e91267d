package rehearse

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/shadow"
	"github.com/addreams/addreams/app/migrate/rehearse/snapshot"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// checkRows compares the rows of every surviving table with those that it had.
func (p *trial) checkRows(ctx context.Context) error {
	for _, survivor := range p.survivors {
		was, is := p.before.Tables[survivor.Old], p.after.Tables[survivor.Present]
		if had, known := p.rowsBefore[survivor.Old]; known && !p.lineage.Deleted[survivor.Old] && !(is.Virtual && !is.OwnsContent()) {
			has, err := snapshot.Take(ctx, p.tx, is)
			if err != nil {
				return err
			}
			converted, err := p.conversions(ctx, survivor)
			if err != nil {
				return err
			}
			copied, err := p.checkCopies(ctx, survivor)
			if err != nil {
				return err
			}
			converted = append(converted, copied...)
			p.checkTable(survivor, was.Name, is.Name, had, has, converted)
		}
	}
	return nil
}

// checkTable refuses rows that are gone without a statement that deletes them, lists values that changed, and has the
// rest guarded on the target. Converted are values of the target that a new type changes.
func (p *trial) checkTable(s lineage.Survivor, was, is string, had, has snapshot.Snapshot, converted []snapshot.Difference) {
	p.checkLostRows(s, was, had, has)

	var kept [][2]string
	for _, pair := range s.Pairs {
		if !p.lineage.Updated[s.Old][pair[1]] && slices.Contains(had.Columns, pair[0]) && slices.Contains(has.Columns, pair[1]) {
			kept = append(kept, pair)
		}
	}
	p.checkUpdates(s, was, had, has)

	guard := migrate.Guard{Before: was, After: is}
	kept = p.checkValues(s, was, had, has, kept)
	kept = p.checkConversions(was, kept, converted)
	if s.Rebuilt || p.lineage.Changed[s.Old] {
		guard.Pairs = kept
		guard.Numbered = len(had.Primary) == 0 || len(snapshot.PresentNames(had.Primary, kept)) < len(had.Primary)
	}
	p.effect.Guards = append(p.effect.Guards, guard)
}

// checkLostRows refuses a file after which rows are gone.
func (p *trial) checkLostRows(s lineage.Survivor, was string, had, has snapshot.Snapshot) {
	less := len(had.Rows) - len(has.Rows)
	if less <= 0 || p.reportedByDrop(s.Old) {
		return
	}

	one := "one"
	gone := snapshot.Missing("", had.Values(had.Primary), has.Values(snapshot.PresentNames(had.Primary, s.Pairs)), had.DescribeRows())
	if len(had.Primary) > 0 && gone != nil {
		one = "the one with " + gone[0].Example
	}
	p.refusals = append(p.refusals, migrate.Refusal{
		Kind: migrate.KindLosing, File: p.file.Name, Line: 0, What: fmt.Sprintf("the table %s would have lost rows: %d of %s, as %s", was, less, p.rowCountText(s.Old, had), one),
		Advice: "See what the file copies or cascades to. If rows are to go, delete them in a statement of its own.",
	})
}

// checkValues lists the values that changed, and returns the columns in which none did.
func (p *trial) checkValues(s lineage.Survivor, was string, had, has snapshot.Snapshot, kept [][2]string) [][2]string {
	for _, difference := range p.differences(s.Old, had, has, kept) {
		what := "values of " + was
		if difference.Column != "" {
			what += "." + difference.Column
		}
		p.effect.Add(migrate.Change{Sign: "~", What: what, Detail: fmt.Sprintf("%d of %s, as with %s", difference.Rows, p.rowCountText(s.Old, had), difference.Example), Risk: migrate.RiskIrreversible})
		unknown := difference.Column == "" || slices.Contains(had.Primary, difference.Column) // rows can no longer be matched
		kept = slices.DeleteFunc(kept, func(pair [2]string) bool { return unknown || pair[0] == difference.Column })
	}
	return kept
}

// checkConversions lists the values that a new type changes, and returns the columns in which none do.
func (p *trial) checkConversions(was string, kept [][2]string, converted []snapshot.Difference) [][2]string {
	generated := func(name string) bool {
		column, found := p.before.Tables[sqltext.Fold(was)].Column(name)
		return found && column.Generated()
	}
	for _, difference := range converted {
		left := slices.DeleteFunc(slices.Clone(kept), func(pair [2]string) bool { return pair[0] == difference.Column })
		if len(left) < len(kept) {
			left = slices.DeleteFunc(left, func(pair [2]string) bool { return generated(pair[0]) }) // they are computed from it
			detail := difference.Example
			if difference.Rows > 0 {
				detail = migrate.Count(difference.Rows, "row") + " by its new type or by what is copied to it, as with " + difference.Example
			}
			p.effect.Add(migrate.Change{Sign: "~", What: "values of " + was + "." + difference.Column, Detail: detail, Risk: migrate.RiskIrreversible})
		}
		kept = left
	}

	return kept
}

// rowCountText says how many rows were compared, and whether those are not all.
func (p *trial) rowCountText(old string, had snapshot.Snapshot) string {
	rows := migrate.Count(len(had.Rows), "row")
	if !p.Complete[old] {
		rows += " looked at"
	}
	return rows
}

// differences returns none if rows are missing, which is reported separately.
func (p *trial) differences(old string, had, has snapshot.Snapshot, pairs [][2]string) []snapshot.Difference {
	if len(has.Rows) < len(had.Rows) || len(pairs) == 0 {
		return nil
	}
	return snapshot.Compare(had, has, pairs)
}

// reportedByDrop reports whether a refusal about a drop already says what happens to a table's rows.
func (p *trial) reportedByDrop(old string) bool {
	for _, dropped := range p.drops {
		for _, child := range dropped.children {
			if child.refused && child.old == old {
				return true
			}
		}
	}
	return false
}

// checkCounters lists counters of AUTOINCREMENT that go back, so that numbers are given again.
func (p *trial) checkCounters(ctx context.Context) error {
	now, err := shadow.Counters(ctx, p.tx)
	if err != nil {
		return err
	}

	for _, survivor := range p.survivors {
		had, has := p.counters[survivor.Old], now[survivor.Present]
		if has == math.MaxInt64 && had < has {
			p.effect.Add(migrate.Change{Sign: "~", What: "counter of " + p.after.Tables[survivor.Present].Name, Detail: "is at its end: no row can be added", Risk: migrate.RiskDestructive})
		}
		if has < had && !p.lineage.Deleted[survivor.Old] {
			p.effect.Add(migrate.Change{
				Sign: "~", What: "counter of " + p.after.Tables[survivor.Present].Name,
				Detail: fmt.Sprintf("goes back from %d to %d: numbers of deleted rows are given again", had, has), Risk: migrate.RiskDestructive,
			})
		}
	}

	return nil
}
