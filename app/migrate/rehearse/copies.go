package rehearse

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
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
		changed, err := t.checkColumn(ctx, s, was, pair)
		if err != nil {
			return nil, err
		}
		found = append(found, changed...)
	}
	t.refuseDeleted(s, was)

	return found, t.checkLosses(ctx, s, was)
}

// checkColumn does so for the values of one column.
func (t *trial) checkColumn(ctx context.Context, s lineage.Survivor, was *schema.Table, pair [2]string) ([]snapshot.Difference, error) {
	if t.lineage.ChangedAfter[s.Present][pair[1]] {
		const reason = "changed after they were copied: those of rows beyond the ones looked at may be others"
		return []snapshot.Difference{{Column: pair[0], Rows: -1, Example: reason}}, nil
	}
	if column, _ := was.Column(pair[0]); column.Generated() || t.copies.KeepsValues(s, pair) {
		return nil, nil
	}

	var found []snapshot.Difference
	asked := false
	for _, copy := range t.copies.List {
		if copy.To != s.Present {
			continue
		}
		changed, err := t.askCopy(ctx, copy, was, s.Pairs, pair)
		if err != nil {
			return nil, err
		}
		asked = true
		if changed.Rows != 0 {
			found = append(found, changed)
		}
	}
	if !asked {
		return []snapshot.Difference{{Column: pair[0], Rows: -1, Example: notCopied}}, nil
	}

	return found, nil
}

// notCopied is said of a column that is not copied from itself, and that the target can't be asked about.
const notCopied = "copied from an expression or another column: those of rows beyond the ones looked at may change"

// askCopy asks how many values of a column the copy changes. The number is negative if that can't be asked.
func (t *trial) askCopy(ctx context.Context, c lineage.Copy, was *schema.Table, pairs [][2]string, pair [2]string) (snapshot.Difference, error) {
	unknown := snapshot.Difference{Column: pair[0], Rows: -1, Example: notCopied}
	primary := was.PrimaryKey()
	present := snapshot.PresentNames(primary, pairs)
	if !c.Direct || len(primary) == 0 || len(primary) != len(present) {
		return unknown, nil
	}

	same := make([]string, len(primary))
	for i, name := range primary {
		same[i] = "o." + sqltext.Quote(name) + " = c." + sqltext.Quote(present[i])
	}
	condition := differs("o."+sqltext.Quote(pair[0]), "c."+sqltext.Quote(pair[1]))
	join := "JOIN"
	if slices.Contains(primary, pair[0]) { // rows whose key is gone match none
		join = "LEFT JOIN"
	}
	result, err := d1.Query(ctx, t.Target, c.With()+"SELECT count(*) AS n, min(o."+lineage.RowKey+") AS one FROM (SELECT "+was.KeyExpression()+" AS "+lineage.RowKey+", * FROM "+sqltext.Quote(was.Name)+
		") AS o "+join+" c ON "+strings.Join(same, " AND ")+" WHERE "+condition)
	var refused *d1.Error
	if errors.As(err, &refused) {
		return unknown, nil
	}
	if err != nil {
		return unknown, err
	}

	changed, err := countOf(result)
	changed.Column = pair[0]
	return changed, err
}

// countOf reads how many rows are counted, and the key of one, which is empty if there is none.
func countOf(result d1.Result) (counted snapshot.Difference, err error) {
	var one *string
	if err := result.Only("a count of rows", &counted.Rows, &one); err != nil {
		return counted, err
	}
	if one != nil {
		counted.Example = *one
	}
	return counted, nil
}

// differs returns the condition for two values that SQLite tells apart: 1 and '1', 'a' and 'A', 1 and 1.0.
func differs(one, other string) string {
	return "(typeof(" + one + ") <> typeof(" + other + ") OR " + one + " COLLATE BINARY IS NOT " + other + ")"
}
