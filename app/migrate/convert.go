//go:build !wasm

package migrate

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// converted is the condition for rows whose value c another affinity would change; empty if it changes none.
func converted(affinity string) string {
	const number = "typeof(c) = 'text' AND CAST(c AS NUMERIC) = c"
	switch affinity {
	case "text":
		return "typeof(c) IN ('integer', 'real')"
	case "real":
		return "typeof(c) = 'integer' OR " + number
	case "integer", "numeric":
		return "typeof(c) = 'real' AND CAST(c AS INTEGER) = c OR " + number
	}
	return ""
}

// convertedOnTheWay is the condition for rows whose value c is another after the column's new type, or after that of a
// table that it is copied through.
func (p *performance) convertedOnTheWay(s survivor, pair [2]string, old, now column) string {
	affinities := []string{now.affinity()}
	if p.copies.fromItself(s, pair) {
		affinities = append(affinities, p.copies.origins[s.present][pair[1]].affinities...)
	}
	slices.Sort(affinities)
	var conditions []string
	for _, affinity := range slices.Compact(affinities) {
		if condition := converted(affinity); condition != "" && affinity != old.affinity() {
			conditions = append(conditions, condition)
		}
	}
	return strings.Join(conditions, " OR ")
}

// conversions asks the target for values that a column's new type would change. The shadow knows it where it has all rows.
func (p *performance) conversions(ctx context.Context, s survivor) ([]difference, error) {
	was, is := p.rehearsal.now.tables[s.old], p.now.tables[s.present]
	if p.whole[s.old] || was == nil || !p.there[s.old] || p.dirty[s.old] {
		return nil, nil
	}
	var found []difference
	for _, pair := range s.pairs {
		old, _ := was.column(pair[0])
		now, _ := is.column(pair[1])
		condition := p.convertedOnTheWay(s, pair, old, now)
		if condition == "" {
			continue
		}
		result, err := d1.Query(ctx, p.target, "SELECT count(*) AS n, min(one_key) AS one FROM (SELECT "+was.keyText()+" AS one_key, "+
			quote(pair[0])+" AS c FROM "+quote(was.name)+") WHERE "+condition)
		var refused *d1.Error
		if errors.As(err, &refused) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if rows := result.Rows[0].Int(0); rows > 0 {
			found = append(found, difference{pair[0], int(rows), result.Rows[0].Text(1)})
		}
	}
	return found, nil
}
