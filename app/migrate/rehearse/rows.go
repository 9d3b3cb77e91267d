package rehearse

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/shadow"
	"github.com/addreams/addreams/app/migrate/rehearse/snapshot"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// checkRows compares the rows of every surviving table with those that it had.
func (t *trial) checkRows(ctx context.Context) error {
	for _, survivor := range t.survivors {
		was, is := t.before.Tables[survivor.Old], t.after.Tables[survivor.Present]
		if had, known := t.rowsBefore[survivor.Old]; known && !t.lineage.Deleted[survivor.Old] && !(is.Virtual && !is.OwnsContent()) {
			has, err := snapshot.Take(ctx, t.tx, is)
			if err != nil {
				return err
			}
			converted, err := t.conversions(ctx, survivor)
			if err != nil {
				return err
			}
			copied, err := t.checkCopies(ctx, survivor)
			if err != nil {
				return err
			}
			converted = append(converted, copied...)
			t.checkTable(survivor, was.Name, is.Name, had, has, converted)
		}
	}
	return nil
}

// checkTable refuses rows that are gone without a statement that deletes them, lists values that changed, and has the
// rest guarded on the target. Converted are values of the target that a new type changes.
func (t *trial) checkTable(s lineage.Survivor, was, is string, had, has snapshot.Snapshot, converted []snapshot.Difference) {
	t.checkLostRows(s, was, had, has)
	if more := len(has.Rows) - len(had.Rows); s.Rebuilt && more > 0 && len(had.Primary) == 0 {
		t.effect.Add(migrate.Change{
			Sign: "+", What: "rows of " + is, Detail: fmt.Sprintf("%d more than the %s before: no key tells duplicates apart", more, t.rowCountText(s.Old, had)),
			Risk: migrate.RiskDestructive,
		})
	}

	var kept [][2]string
	for _, pair := range s.Pairs {
		if !t.lineage.Updated[s.Old][pair[1]] && slices.Contains(had.Columns, pair[0]) && slices.Contains(has.Columns, pair[1]) {
			kept = append(kept, pair)
		}
	}
	t.checkUpdates(s, was, had, has)

	guard := migrate.Guard{Before: was, After: is}
	kept = t.checkValues(s, was, had, has, kept)
	t.checkNumbers(s, is, had, has, kept)
	kept = t.checkConversions(was, kept, converted)
	if s.Rebuilt || t.lineage.Changed[s.Old] {
		guard.Pairs = kept
		guard.Numbered = len(had.Primary) == 0 || len(snapshot.PresentNames(had.Primary, kept)) < len(had.Primary)
	}
	t.effect.Guards = append(t.effect.Guards, guard)
}

// checkLostRows refuses a file after which rows are gone.
func (t *trial) checkLostRows(s lineage.Survivor, was string, had, has snapshot.Snapshot) {
	less := len(had.Rows) - len(has.Rows)
	if less <= 0 || t.reportedByDrop(s.Old) {
		return
	}

	one := "one"
	gone := snapshot.Missing("", had.Values(had.Primary), has.Values(snapshot.PresentNames(had.Primary, s.Pairs)), had.DescribeRows())
	if len(had.Primary) > 0 && gone != nil {
		one = "the one with " + gone[0].Example
	}
	t.refuse(0, migrate.KindLosing, fmt.Sprintf("the table %s would have lost rows: %d of %s, as %s", was, less, t.rowCountText(s.Old, had), one),
		"See what the file copies or cascades to. If rows are to go, delete them in a statement of its own.")
}

// checkValues lists the values that changed, and returns the columns in which none did.
func (t *trial) checkValues(s lineage.Survivor, was string, had, has snapshot.Snapshot, kept [][2]string) [][2]string {
	for _, difference := range t.differences(s.Old, had, has, kept) {
		what := "values of " + was
		if difference.Column != "" {
			what += "." + difference.Column
		}
		t.effect.Add(migrate.Change{Sign: "~", What: what, Detail: fmt.Sprintf("%d of %s, as with %s", difference.Rows, t.rowCountText(s.Old, had), difference.Example), Risk: migrate.RiskIrreversible})
		unknown := difference.Column == "" || slices.Contains(had.Primary, difference.Column) // rows can no longer be matched
		kept = slices.DeleteFunc(kept, func(pair [2]string) bool { return unknown || pair[0] == difference.Column })
	}
	return kept
}

// checkConversions lists the values that a new type changes, and returns the columns in which none do.
func (t *trial) checkConversions(was string, kept [][2]string, converted []snapshot.Difference) [][2]string {
	generated := func(name string) bool {
		column, found := t.before.Tables[sqltext.Fold(was)].Column(name)
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
			t.effect.Add(migrate.Change{Sign: "~", What: "values of " + was + "." + difference.Column, Detail: detail, Risk: migrate.RiskIrreversible})
		}
		kept = left
	}

	return kept
}

// rowCountText says how many rows were compared, and whether those are not all.
func (t *trial) rowCountText(old string, had snapshot.Snapshot) string {
	rows := migrate.Count(len(had.Rows), "row")
	if !t.Complete[old] {
		rows += " looked at"
	}
	return rows
}

// differences returns none if rows are missing, which is reported separately.
func (t *trial) differences(old string, had, has snapshot.Snapshot, pairs [][2]string) []snapshot.Difference {
	if len(has.Rows) < len(had.Rows) || len(pairs) == 0 {
		return nil
	}
	return snapshot.Compare(had, has, pairs)
}

// reportedByDrop reports whether a refusal about a drop already says what happens to a table's rows.
func (t *trial) reportedByDrop(old string) bool {
	for _, dropped := range t.drops {
		for _, child := range dropped.children {
			if child.refused && child.old == old {
				return true
			}
		}
	}
	return false
}

// checkCounters lists counters of AUTOINCREMENT that go back, so that numbers are given again, and refuses to change the
// ledger's.
func (t *trial) checkCounters(ctx context.Context) error {
	now, err := shadow.Counters(ctx, t.tx)
	if err != nil {
		return err
	}

	if had, has := t.counters[catalog.WranglerTable], now[catalog.WranglerTable]; had != has {
		t.refuse(0, migrate.KindInvalid, "it changes the counter of "+catalog.WranglerTable+", which keeps what was applied",
			"Write sqlite_sequence WHERE name = 'the table that is meant'.")
	}
	for _, survivor := range t.survivors {
		had, has := t.counters[survivor.Old], now[survivor.Present]
		if has == math.MaxInt64 && had < has {
			t.effect.Add(migrate.Change{Sign: "~", What: "counter of " + t.after.Tables[survivor.Present].Name, Detail: "is at its end: no row can be added", Risk: migrate.RiskDestructive})
		}
		if has < had {
			t.effect.Add(migrate.Change{
				Sign: "~", What: "counter of " + t.after.Tables[survivor.Present].Name,
				Detail: fmt.Sprintf("goes back from %d to %d: numbers of deleted rows are given again", had, has), Risk: migrate.RiskDestructive,
			})
		}
	}

	return nil
}
