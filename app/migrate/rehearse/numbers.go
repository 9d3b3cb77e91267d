package rehearse

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/snapshot"
)

// checkNumbers lists that a rebuild numbers rows anew: rowid is another one then, unless it is a column of the table or was
// copied too. That matters to what reads it, or keeps it. Of a larger table only some rows were rehearsed, without those between
// them, so that they are numbered anew here although they may not be on the target.
func (t *trial) checkNumbers(s lineage.Survivor, is string, had, has snapshot.Snapshot, kept [][2]string) {
	renumbered := snapshot.Renumbered(had, has, kept)
	readers := t.before.ReadersOfNumbers(s.Old, s.Present)
	if !s.Rebuilt || renumbered == 0 || len(has.Rows) < len(had.Rows) || len(readers) == 0 && (!t.Complete[s.Old] || t.after.Tables[s.Present].WithoutRowid()) {
		return
	}

	change := migrate.Change{
		Sign: "~", What: "row numbers of " + is, Risk: migrate.RiskRebuild,
		Detail: fmt.Sprintf("%d of %s; where rowid is used, copy it: INSERT INTO new (rowid, …) SELECT rowid, …", renumbered, t.rowCountText(s.Old, had)),
	}
	if len(readers) > 0 {
		change.Risk = migrate.RiskDestructive
		change.Detail += "; it is used by the " + strings.Join(readers, ", the ")
	}
	t.effect.Add(change)
}
