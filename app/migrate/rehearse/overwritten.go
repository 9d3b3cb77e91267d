package rehearse

import (
	"fmt"
	"slices"

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/snapshot"
)

// checkUpdates finds values that an UPDATE of the file overwrites, which no note can declare safe. In an incomplete
// table, any may be.
func (t *trial) checkUpdates(s lineage.Survivor, was string, had, has snapshot.Snapshot) {
	var pairs, updated [][2]string
	for _, pair := range s.Pairs {
		if slices.Contains(had.Columns, pair[0]) && slices.Contains(has.Columns, pair[1]) {
			pairs = append(pairs, pair)
			if t.lineage.Updated[s.Old][pair[1]] {
				updated = append(updated, pair)
			}
		}
	}
	if len(updated) == 0 || len(has.Rows) < len(had.Rows) {
		return
	}

	for _, difference := range snapshot.CompareUpdated(had, has, pairs, updated) {
		what := "values of " + was
		if difference.Column != "" {
			what += "." + difference.Column
		}
		t.effect.Overwrite(was, migrate.Change{Sign: "~", What: what, Detail: fmt.Sprintf("%d of %s, as with %s", difference.Rows, t.rowCountText(s.Old, had), difference.Example), Risk: migrate.RiskIrreversible})
		updated = slices.DeleteFunc(updated, func(pair [2]string) bool { return pair[0] == difference.Column })
	}
	if t.Complete[s.Old] {
		return
	}
	for _, pair := range updated {
		t.effect.Overwrite(was, migrate.Change{Sign: "~", What: "values of " + was + "." + pair[0], Detail: "an UPDATE, and not all rows were looked at", Risk: migrate.RiskIrreversible})
	}
}
