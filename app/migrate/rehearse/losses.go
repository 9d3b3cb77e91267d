package rehearse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// checkLosses refuses copies of an incomplete table that leave rows out, or that may, if the target can't be asked.
func (t *trial) checkLosses(ctx context.Context, s lineage.Survivor, was *schema.Table) error {
	if t.lineage.Deleted[s.Old] {
		return nil
	}
	return t.checkLossInto(ctx, s, was, s.Present, nil)
}

// checkLossInto does so for the copies into one table, and for those into the tables that they read.
func (t *trial) checkLossInto(ctx context.Context, s lineage.Survivor, was *schema.Table, into string, seen []string) error {
	copies := slices.DeleteFunc(slices.Clone(t.copies.List), func(c lineage.Copy) bool { return c.To != into })
	if len(copies) == 0 || slices.Contains(seen, into) || t.refusesLoss() {
		return nil
	}

	for _, copy := range copies {
		if copy.Whole && copy.Old != "" {
			return nil
		}
		if copy.Whole {
			return t.checkLossInto(ctx, s, was, copy.From, append(seen, into))
		}
	}
	return t.askLoss(ctx, was, copies)
}

// askLoss asks the target how many rows the copies into a table read together.
func (t *trial) askLoss(ctx context.Context, was *schema.Table, copies []lineage.Copy) error {
	line, direct := copies[0].Line, true
	var terms []string
	for _, copy := range copies {
		direct = direct && copy.Direct
		terms = append(terms, "("+copy.With()+"SELECT count(*) FROM c)")
	}
	if !direct {
		t.refuseUnknownLoss(was, line)
		return nil
	}

	result, err := d1.Query(ctx, t.Target, "SELECT (SELECT count(*) FROM "+sqltext.Quote(was.Name)+") AS had, "+strings.Join(terms, " + ")+" AS n")
	var refused *d1.Error
	if errors.As(err, &refused) {
		t.refuseUnknownLoss(was, line)
		return nil
	}
	if err != nil {
		return err
	}

	var had, n int64
	if err := result.Only("the number of copied rows", &had, &n); err != nil {
		return err
	}
	if n < had {
		what := fmt.Sprintf("the table %s would have lost rows: %d of %d are not copied", was.Name, had-n, had)
		t.refuse(line, migrate.KindLosing, what, "See what the file copies. If rows are to go, delete them in a statement of its own.")
	}
	return nil
}

// refuseUnknownLoss refuses a copy that may leave rows out, about which the target can't be asked.
func (t *trial) refuseUnknownLoss(was *schema.Table, line int) {
	what := "the table " + was.Name + " may lose rows: the copy may leave some out, and the rehearsal did not have all of them"
	t.refuse(line, migrate.KindLosing, what, "Copy all rows, without WHERE, DISTINCT or JOIN, or leave them out of the first copy, which reads the table itself.")
}

// refuseDeleted refuses a file that deletes rows of a copy of which not all rows were rehearsed.
func (t *trial) refuseDeleted(s lineage.Survivor, was *schema.Table) {
	if !t.lineage.ChangedAfter[s.Present][lineage.Deletion] || t.lineage.Deleted[s.Old] || t.refusesLoss() {
		return
	}
	what := "the table " + was.Name + " may lose rows: some are deleted after they were copied, and the rehearsal did not have all of them"
	t.refuse(0, migrate.KindLosing, what, "If rows are to go, delete them before the copy, in a statement of its own.")
}
