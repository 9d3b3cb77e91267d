package rehearse

import (
	"context"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// maxScanned is how many rows a DROP TABLE may look at in all to find those that refer to its own: D1 ends a statement after 30
// seconds (https://developers.cloudflare.com/d1/platform/limits/), in which SQLite looks at some 150 million.
const maxScanned = 100_000_000

// checkScans refuses a DROP TABLE that looks through a child as a whole for each of its rows, because no index finds the child's
// rows by their foreign key. It reports whether it did.
func (t *trial) checkScans(ctx context.Context, present schema.Schema, dropped string, line int) (bool, error) {
	for _, child := range present.Children(dropped) {
		table := present.Tables[sqltext.Fold(child.Table)]
		for _, key := range table.ForeignKeys {
			if !sqltext.SameName(key.Table, dropped) || present.FindsBy(table, key.From) {
				continue
			}
			parents, err := t.rowsAsOnTarget(ctx, dropped)
			if err != nil {
				return false, err
			}
			children, err := t.rowsAsOnTarget(ctx, table.Name)
			if err != nil {
				return false, err
			}
			if parents*children > maxScanned {
				on := table.Name + " (" + strings.Join(key.From, ", ") + ")"
				t.refuse(line, migrate.KindFailing, fmt.Sprintf("for each of its %d rows, DROP TABLE %s looks through all %d rows of %s for those that refer to it, which takes longer than D1 allows",
					parents, dropped, children, table.Name), "Create an index on "+on+" before that, in the same file or an earlier one.")
				return true, nil
			}
		}
	}
	return false, nil
}

// rowsAsOnTarget returns how many rows a table will have there at this point of the file: as many as the target has, unless the
// rehearsal has none left or more.
func (t *trial) rowsAsOnTarget(ctx context.Context, table string) (int, error) {
	here, err := countRows(ctx, t.tx, table)
	old := t.lineage.OldNames[sqltext.Fold(table)]
	if err != nil || here == 0 || !t.TargetTables[old] {
		return here, err
	}
	there, err := countRows(ctx, t.Target, t.rehearsal.Schema.Tables[old].Name)
	return max(here, there), err
}

func countRows(ctx context.Context, db d1.Database, table string) (rows int, err error) {
	result, err := d1.Query(ctx, db, "SELECT count(*) AS n FROM "+sqltext.Quote(table))
	if err != nil {
		return 0, err
	}
	err = result.Only("the number of rows", &rows)
	return rows, err
}
