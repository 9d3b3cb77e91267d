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
	"github.com/addreams/addreams/app/migrate/rehearse/snapshot"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// checkCopies finds out what a rebuilt table's copy does to rows that were not rehearsed: values that change, and rows
// that are left out. What the target can't be asked counts as changed.
func (t *trial) checkCopies(ctx context.Context, s lineage.Survivor) ([]snapshot.Difference, error) {
	was := t.rehearsal.Schema.Tables[s.Old]
	if !s.Rebuilt || !t.Partial(s.Old) {
		return nil, nil
	}

	var found []snapshot.Difference
	for _, pair := range s.Pairs {
		if changed := t.lineage.ChangedAfter[s.Present]; changed[pair[1]] {
			found = append(found, snapshot.Difference{Column: pair[0], Rows: -1, Example: "changed after they were copied: those of rows beyond the ones looked at may be others"})
			continue
		}
		if column, _ := was.Column(pair[0]); column.Generated() || t.copies.KeepsValues(s, pair) {
			continue
		}
		for _, copy := range t.copies.List {
			if copy.To != s.Present {
				continue
			}
			changed, err := t.askCopy(ctx, copy, was, s.Pairs, pair)
			if err != nil {
				return nil, err
			}
			if changed.Rows != 0 {
				found = append(found, changed)
			}
		}
	}
	t.refuseDeleted(s, was)
	return found, t.askLoss(ctx, s, was)
}

// askCopy asks how many values of a column the copy changes. The number is negative if that can't be asked.
func (t *trial) askCopy(ctx context.Context, c lineage.Copy, was *schema.Table, pairs [][2]string, pair [2]string) (snapshot.Difference, error) {
	unknown := snapshot.Difference{Column: pair[0], Rows: -1, Example: "copied from an expression or another column: those of rows beyond the ones looked at may change"}
	primary := was.PrimaryKey()
	present := snapshot.PresentNames(primary, pairs)
	if !c.Direct || len(primary) == 0 || len(primary) != len(present) {
		return unknown, nil
	}

	same := make([]string, len(primary))
	for i, name := range primary {
		same[i] = "o." + sqltext.Quote(name) + " = c." + sqltext.Quote(present[i])
	}
	result, err := d1.Query(ctx, t.Target, c.With()+"SELECT count(*) AS n, min(o."+lineage.RowKey+") AS one FROM (SELECT "+was.KeyExpression()+" AS "+lineage.RowKey+", * FROM "+sqltext.Quote(was.Name)+
		") AS o JOIN c ON "+strings.Join(same, " AND ")+" WHERE quote(o."+sqltext.Quote(pair[0])+") <> quote(c."+sqltext.Quote(pair[1])+")")
	var refused *d1.Error
	if errors.As(err, &refused) {
		return unknown, nil
	}
	if err != nil {
		return unknown, err
	}

	return snapshot.Difference{Column: pair[0], Rows: int(result.Rows[0].Int(0)), Example: result.Rows[0].Text(1)}, nil
}

// refuseDeleted refuses a file that deletes rows of a copy of which not all rows were rehearsed.
func (t *trial) refuseDeleted(s lineage.Survivor, was *schema.Table) {
	if !t.lineage.ChangedAfter[s.Present][lineage.Deletion] || t.lineage.Deleted[s.Old] || slices.ContainsFunc(t.refusals, func(r migrate.Refusal) bool { return r.Kind == migrate.KindLosing }) {
		return
	}
	t.refusals = append(t.refusals, migrate.Refusal{
		Kind: migrate.KindLosing, File: t.file.Name, Line: 0, What: fmt.Sprintf("the table %s may lose rows: some are deleted after they were copied, and the rehearsal had not all of them", was.Name),
		Advice: "If rows are to go, delete them before the copy, in a statement of its own.",
	})
}

// askLoss refuses a copy that leaves rows out, if it is the table's only one.
func (t *trial) askLoss(ctx context.Context, s lineage.Survivor, was *schema.Table) error {
	var of []lineage.Copy
	for _, copy := range t.copies.List {
		if copy.Old == s.Old || copy.Old == "" && copy.To == s.Present && !t.copies.Made[copy.From] {
			of = append(of, copy)
		}
	}
	if len(of) != 1 || of[0].Whole || !of[0].Direct || t.lineage.Deleted[s.Old] {
		return nil
	}

	result, err := d1.Query(ctx, t.Target, of[0].With()+"SELECT (SELECT count(*) FROM "+sqltext.Quote(was.Name)+") AS had, (SELECT count(*) FROM c) AS n")
	var refused *d1.Error
	if errors.As(err, &refused) {
		return nil
	}
	if err != nil {
		return err
	}

	if had, n := result.Rows[0].Int(0), result.Rows[0].Int(1); n < had && !slices.ContainsFunc(t.refusals, func(r migrate.Refusal) bool { return r.Kind == migrate.KindLosing }) {
		t.refusals = append(t.refusals, migrate.Refusal{
			Kind: migrate.KindLosing, File: t.file.Name, Line: of[0].Line, What: fmt.Sprintf("the table %s would have lost rows: %d of %d are not copied", was.Name, had-n, had),
			Advice: "See what the file copies. If rows are to go, delete them in a statement of its own.",
		})
	}

	return nil
}
