//go:build !wasm

package migrate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// snapshot is what a table of the shadow holds. Values are SQL literals, so that 1, 1.0 and '1' differ.
type snapshot struct {
	columns []string // in lower case
	primary []string // the primary key's; none if there is no such key
	rows    [][]string
}

// snap reads a table's rows. A virtual table's hidden columns are no values of it.
func snap(ctx context.Context, db d1.Database, t *table) (snapshot, error) {
	taken := snapshot{primary: t.primaryKey()}
	var terms []string
	for _, column := range t.columns {
		if column.hidden != 1 {
			terms = append(terms, fmt.Sprintf("quote(%s) AS c%d", quote(column.name), len(terms)))
			taken.columns = append(taken.columns, key(column.name))
		}
	}
	if len(terms) == 0 {
		return taken, nil
	}
	result, err := d1.Query(ctx, db, "SELECT "+strings.Join(terms, ", ")+" FROM "+quote(t.name))
	if err != nil {
		return taken, err
	}
	for _, row := range result.Rows {
		taken.rows = append(taken.rows, texts(row))
	}
	return taken, nil
}

func texts(row d1.Row) []string {
	list := make([]string, len(row))
	for i := range row {
		list[i] = row.Text(i)
	}
	return list
}

// only picks the values of the columns from each row, in their order, joined into one text a row.
func (s snapshot) only(columns []string) []string {
	places := make([]int, len(columns))
	for i, column := range columns {
		places[i] = slices.Index(s.columns, column)
	}
	picked := make([]string, len(s.rows))
	for i, row := range s.rows {
		var values []string
		for _, place := range places {
			values = append(values, row[place])
		}
		picked[i] = strings.Join(values, ", ")
	}
	return picked
}

// difference is what became of the values of one column, or of none if rows as a whole can't be found again.
type difference struct {
	column string
	rows   int    // negative if that is not known
	one    string // a row, by its key: "id = 'u1'"; or why it is not known
}

// differences compares the values that a table had with those it has, column by column: pairs maps its old columns to
// what they are named now. A row is found again by its primary key; without one, only whole rows are compared.
func differences(was, is snapshot, pairs [][2]string) []difference {
	var old, now []string
	for _, pair := range pairs {
		old, now = append(old, pair[0]), append(now, pair[1])
	}
	primary := translate(was.primary, pairs)
	if len(primary) == 0 || len(was.primary) != len(primary) || twice(was.only(was.primary)) {
		return missing("", was.only(old), is.only(now), was.only(old))
	}
	if lost := missing(was.primary[0], was.only(was.primary), is.only(primary), was.describe()); lost != nil {
		return lost
	}

	var found []difference
	place := map[string]int{}
	for i, value := range is.only(primary) {
		place[value] = i
	}
	described := was.describe()
	for i, column := range old {
		before, after := was.only([]string{column}), is.only([]string{now[i]})
		changed := difference{column: column}
		for row, value := range was.only(was.primary) {
			if before[row] != after[place[value]] {
				changed.rows, changed.one = changed.rows+1, described[row]
			}
		}
		if changed.rows > 0 {
			found = append(found, changed)
		}
	}
	return found
}

// twice reports whether a value is there more than once, as NULL may be in a primary key.
func twice(values []string) bool {
	seen := map[string]bool{}
	for _, value := range values {
		if seen[value] {
			return true
		}
		seen[value] = true
	}
	return false
}

// translate gives old columns their present names, and leaves out those that are gone.
func translate(columns []string, pairs [][2]string) []string {
	var present []string
	for _, column := range columns {
		for _, pair := range pairs {
			if pair[0] == column {
				present = append(present, pair[1])
			}
		}
	}
	return present
}

// missing counts the values that are not there any more, as often as they were.
func missing(column string, was, is, described []string) []difference {
	left := map[string]int{}
	for _, value := range is {
		left[value]++
	}
	lost := difference{column: column}
	for i, value := range was {
		if left[value]--; left[value] < 0 {
			lost.rows, lost.one = lost.rows+1, described[i]
		}
	}
	if lost.rows == 0 {
		return nil
	}
	return []difference{lost}
}

// describe names each row by its primary key, or by all of it.
func (s snapshot) describe() []string {
	columns := s.primary
	if len(columns) == 0 {
		columns = s.columns
	}
	described := make([]string, len(s.rows))
	for i, row := range s.rows {
		var parts []string
		for _, column := range columns {
			parts = append(parts, column+" = "+short(row[slices.Index(s.columns, column)]))
		}
		described[i] = short(strings.Join(parts, ", "))
	}
	return described
}

// short cuts a value to what a line has room for.
func short(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
