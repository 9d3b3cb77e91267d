package rehearse

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/question"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/rehearse/snapshot"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// convertedOnTheWay returns the condition for rows whose value c is changed by the column's new type, or by that of a
// table that it is copied through.
func (t *trial) convertedOnTheWay(s lineage.Survivor, pair [2]string, old, now schema.Column) string {
	affinities := []string{now.Affinity()}
	if t.copies.KeepsValues(s, pair) {
		affinities = append(affinities, t.copies.Origins[s.Present][pair[1]].Affinities...)
	}
	slices.Sort(affinities)
	var conditions []string
	for _, affinity := range slices.Compact(affinities) {
		if condition := question.ConvertedBy(affinity); condition != "" && affinity != old.Affinity() {
			conditions = append(conditions, condition)
		}
	}
	return strings.Join(conditions, " OR ")
}

// conversions asks the target for values that a column's new type changes, if the replica does not have all rows.
func (t *trial) conversions(ctx context.Context, s lineage.Survivor) ([]snapshot.Difference, error) {
	was, is := t.rehearsal.Schema.Tables[s.Old], t.after.Tables[s.Present]
	if t.Complete[s.Old] || was == nil || !t.TargetTables[s.Old] || t.Modified[s.Old] {
		return nil, nil
	}

	var found []snapshot.Difference
	for _, pair := range s.Pairs {
		old, _ := was.Column(pair[0])
		now, _ := is.Column(pair[1])
		condition := t.convertedOnTheWay(s, pair, old, now)
		if condition == "" {
			continue
		}
		result, err := d1.Query(ctx, t.Target, "SELECT count(*) AS n, min(one_key) AS one FROM (SELECT "+was.KeyExpression()+" AS one_key, "+
			sqltext.Quote(pair[0])+" AS c FROM "+sqltext.Quote(was.Name)+") WHERE "+condition)
		var refused *d1.Error
		if errors.As(err, &refused) {
			continue
		}
		if err != nil {
			return nil, err
		}
		changed, err := countOf(result)
		if err != nil {
			return nil, err
		}
		if changed.Column = pair[0]; changed.Rows > 0 {
			found = append(found, changed)
		}
	}

	return found, nil
}
