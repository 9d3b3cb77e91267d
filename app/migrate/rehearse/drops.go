package rehearse

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/rehearse/snapshot"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

const noCascade = "Keep the table and add to it; or rebuild it without losing rows: under PRAGMA defer_foreign_keys = ON copy " +
	"them away, drop the table, create it under its own name and copy them back, with the children that cascade rebuilt " +
	"before it without their foreign key and after it with it. migrations/README.md has the recipes."

// droppedParent is a DROP TABLE of a table that others refer to. It deletes the rows first, which cascades to the
// children, and D1 does not allow switching foreign keys off: the PRAGMA has no effect in a transaction.
type droppedParent struct {
	table    string // its name at that time
	line     int
	children []*affectedChild
}

// affectedChild is a child of a dropped table, with the rows that it had just before.
type affectedChild struct {
	schema.Child
	present string // its present name, in lower case; empty if it was dropped too
	old     string // its name before the file; empty if the file made it
	had     snapshot.Snapshot
	refused bool
}

// beforeDrop records the children's rows.
func (t *trial) beforeDrop(ctx context.Context, table string, line int) error {
	if !t.lineage.Known(table) {
		return nil
	}
	present, err := schema.Inspect(ctx, t.tx)
	if err != nil {
		return err
	}

	if scans, err := t.checkScans(ctx, present, table, line); err != nil || scans {
		return cmp.Or(err, errFileFailed)
	}

	dropped := &droppedParent{table: table, line: line}
	for _, child := range present.Children(table) {
		had, err := snapshot.Take(ctx, t.tx, present.Tables[sqltext.Fold(child.Table)])
		if err != nil {
			return err
		}
		dropped.children = append(dropped.children, &affectedChild{
			Child: child, present: sqltext.Fold(child.Table), old: t.lineage.OldNames[sqltext.Fold(child.Table)], had: had,
		})
	}
	if len(dropped.children) > 0 {
		t.drops = append(t.drops, dropped)
	}
	return nil
}

// recordDrops keeps the children's present names.
func (t *trial) recordDrops(done sqltext.Action) {
	for _, dropped := range t.drops {
		for _, child := range dropped.children {
			switch {
			case child.present == "" || child.present != sqltext.Fold(done.Table):
			case done.Verb == sqltext.DropsTable:
				child.present = ""
			case done.Verb == sqltext.RenamesTable:
				child.present = sqltext.Fold(done.To)
			}
		}
	}
}

// refuseDrop says for each child with rows what happens to them.
func (t *trial) refuseDrop(dropped *droppedParent) {
	for _, child := range dropped.children {
		if len(child.had.Rows) > 0 {
			t.refuseChild(dropped, child)
		}
	}
}

func (t *trial) refuseChild(dropped *droppedParent, child *affectedChild) {
	if child.refused {
		return
	}
	child.refused = true
	what := fmt.Sprintf("DROP TABLE %s would fail, since rows of %s refer to it", dropped.table, child.Table)
	if schema.ChangesRows(child.OnDelete) {
		what = fmt.Sprintf("DROP TABLE %s would run ON DELETE %s on the rows of %s", dropped.table, child.OnDelete, child.Table)
	}
	t.refuse(dropped.line, migrate.KindCascading, what, noCascade)
}

// checkDrops refuses drops that changed rows of children which the file did not put back, and drops that leave
// references to nothing.
func (t *trial) checkDrops(ctx context.Context) error {
	for _, dropped := range t.drops {
		for _, child := range dropped.children {
			table := t.after.Tables[child.present]
			if table == nil {
				continue
			}
			lost, err := t.rowsChanged(ctx, child, table)
			if err != nil {
				return err
			}
			if lost {
				t.refuseChild(dropped, child)
			}
			if refers(table, dropped.table) && t.after.Tables[sqltext.Fold(dropped.table)] == nil {
				t.checkDangling(dropped, child, table)
			}
		}
	}
	return nil
}

// rowsChanged reports whether a row of the child is gone or changed.
func (t *trial) rowsChanged(ctx context.Context, child *affectedChild, table *schema.Table) (bool, error) {
	if !schema.ChangesRows(child.OnDelete) {
		return false, nil
	}
	is, err := snapshot.Take(ctx, t.tx, table)
	if err != nil {
		return false, err
	}

	var common []string
	for _, column := range child.had.Columns {
		if slices.Contains(is.Columns, column) {
			common = append(common, column)
		}
	}

	return snapshot.Missing("", child.had.Values(common), is.Values(common), child.had.DescribeRows()) != nil, nil
}

// checkDangling handles a child whose parent is gone, so that nothing can be written to it any more. The author may
// allow that if the child has no rows; otherwise it is refused. A child made by a pending file counts as having rows.
func (t *trial) checkDangling(dropped *droppedParent, child *affectedChild, table *schema.Table) {
	t.brokenBefore["table "+table.Name] = true
	if schema.ChangesRows(child.OnDelete) || !t.TargetTables[child.old] || len(t.rowsBefore[child.old].Rows) > 0 {
		t.refuseChild(dropped, child)
		return
	}
	child.refused = true
	t.effect.Add(migrate.Change{Sign: "~", What: "table " + table.Name, Detail: "refers to " + dropped.table + ", which is gone: takes no rows any more", Risk: migrate.RiskDestructive})
}

func refers(child *schema.Table, to string) bool {
	return slices.ContainsFunc(child.ForeignKeys, func(p schema.ForeignKey) bool { return sqltext.SameName(p.Table, to) })
}

// explainCommit says why the file's transaction could not be committed: a deferred foreign key.
func (t *trial) explainCommit(ctx context.Context, refused *d1.Error) error {
	before := len(t.refusals)
	for _, dropped := range t.drops {
		for _, child := range dropped.children {
			if !schema.ChangesRows(child.OnDelete) && len(child.had.Rows) > 0 {
				t.refuseChild(dropped, child)
			}
		}
	}
	if len(t.refusals) > before {
		return nil
	}
	return t.explainCommitFailure(ctx, refused)
}
