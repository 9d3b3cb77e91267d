package rehearse

import (
	"context"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// checkNewReferences lists new foreign keys whose rows, written by the file, prevent the running Worker from deleting
// the rows that they refer to, or from changing their keys: it does not know the new table.
func (t *trial) checkNewReferences(ctx context.Context) error {
	for _, name := range schema.Names(t.after.Tables, nil) {
		is := t.after.Tables[name]
		was := t.knownToWorker(name)
		if !t.lineage.Filled[name] {
			continue
		}
		for _, parent := range is.ForeignKeys {
			if was != nil && slices.ContainsFunc(was.ForeignKeys, parent.Same) {
				continue
			}
			hadDelete, hadUpdate := parent.ActionsIn(was)
			deletes := !hadDelete && parent.BlocksDelete(is, t.before, t.after) && t.workerMayDelete(parent.Table, nil)
			updates := !hadUpdate && parent.BlocksUpdate(is, t.before, t.after) && t.workerMayChangeKey(parent, nil)
			if !deletes && !updates {
				continue
			}
			holding, err := t.hasReferences(ctx, is, parent, was == nil)
			if err != nil {
				return err
			}
			if holding {
				t.reportBlockingReference(is.Name, parent, deletes)
			}
		}
	}
	return nil
}

// tableBefore returns a table as it was before the file; nil if it is new.
func (t *trial) tableBefore(name string) *schema.Table {
	for _, survivor := range t.survivors {
		if survivor.Present == name {
			return t.before.Tables[survivor.Old]
		}
	}
	return nil
}

// knownToWorker returns a table as it was before the file if the running Worker can know it; nil if a pending file
// made it.
func (t *trial) knownToWorker(name string) *schema.Table {
	was := t.tableBefore(name)
	if was == nil || !t.TargetTables[sqltext.Fold(was.Name)] {
		return nil
	}
	return was
}

// workerMayDelete reports whether the running Worker may delete rows of a table: one that it knows, or one to which
// those deletes cascade.
func (t *trial) workerMayDelete(table string, seen []string) bool {
	now := t.after.Tables[sqltext.Fold(table)]
	if now == nil || slices.Contains(seen, sqltext.Fold(table)) {
		return false
	}
	return t.knownToWorker(sqltext.Fold(table)) != nil || slices.ContainsFunc(now.ForeignKeys, func(up schema.ForeignKey) bool {
		return up.OnDelete == "CASCADE" && t.workerMayDelete(up.Table, append(seen, sqltext.Fold(table)))
	})
}

// workerMayChangeKey reports whether the running Worker may change the key that a foreign key refers to: of a table that it
// knows, or by an action on one that it does not.
func (t *trial) workerMayChangeKey(reference schema.ForeignKey, seen []string) bool {
	now := t.after.Tables[sqltext.Fold(reference.Table)]
	if now == nil || slices.Contains(seen, sqltext.Fold(reference.Table)) {
		return false
	}
	return t.knownToWorker(sqltext.Fold(reference.Table)) != nil || slices.ContainsFunc(now.ForeignKeys, func(up schema.ForeignKey) bool {
		return up.ChangesKey(reference.TargetColumns(now)) &&
			(schema.ChangesRows(up.OnUpdate) && t.workerMayChangeKey(up, append(seen, sqltext.Fold(reference.Table))) ||
				strings.HasPrefix(up.OnDelete, "SET") && t.workerMayDelete(up.Table, nil))
	})
}

// hasReferences reports whether the table has, or may have on the target, a row with a value in the foreign key.
func (t *trial) hasReferences(ctx context.Context, child *schema.Table, reference schema.ForeignKey, isNew bool) (bool, error) {
	terms := make([]string, len(reference.From))
	for i, column := range reference.From {
		terms[i] = sqltext.Quote(column) + " IS NOT NULL"
	}
	result, err := d1.Query(ctx, t.tx, "SELECT EXISTS (SELECT 1 FROM "+sqltext.Quote(child.Name)+" WHERE "+strings.Join(terms, " AND ")+") AS found")
	if err != nil {
		return false, err
	}

	var found bool
	if err := result.Only("whether rows refer to others", &found); err != nil {
		return false, err
	}
	all := true
	for _, whole := range t.Complete {
		all = all && whole
	}
	return found || isNew && !all, nil
}

// reportBlockingReference replaces the change of a foreign key by one that says what it means for the running Worker.
func (t *trial) reportBlockingReference(child string, reference schema.ForeignKey, deletes bool) {
	what, text := "foreign key of "+child, reference.Text()
	t.effect.Changes = slices.DeleteFunc(t.effect.Changes, func(c migrate.Change) bool { return c.Sign == "+" && c.What == what && c.Detail == text })
	refused, instead := "a change of the key of those of ", "ON UPDATE CASCADE on a column like it, without a CHECK"
	if deletes {
		refused, instead = "the deletion of those of ", "ON DELETE CASCADE ON UPDATE CASCADE"
	}
	detail := text + ": the rows that the file puts there refuse " + refused + reference.Table +
		"; with " + instead + ", or filled by the new Worker, they don't"
	t.effect.Add(migrate.Change{Sign: "+", What: what, Detail: detail, Risk: migrate.RiskDestructive})
}
