// Package snapshot holds the rows of a table as they were at one moment, and compares them with those of a later one.
// It does not judge a difference.
package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Snapshot is the contents of a table. Values are SQL literals, so that 1, 1.0 and '1' differ.
type Snapshot struct {
	Columns []string // in lower case
	Primary []string // the primary key's; none if there is no such key
	Rows    [][]string
	Numbers []string // of the rows, which may be a column; none if the table has none that can be named
}

// Take reads a table's rows, without a virtual table's hidden columns.
func Take(ctx context.Context, db d1.Database, t *schema.Table) (Snapshot, error) {
	taken := Snapshot{Primary: t.PrimaryKey()}
	var terms []string
	for _, column := range t.Columns {
		if column.Hidden != 1 {
			terms = append(terms, fmt.Sprintf("%s AS c%d", sqltext.Value(sqltext.Quote(column.Name)), len(terms)))
			taken.Columns = append(taken.Columns, sqltext.Fold(column.Name))
		}
	}
	if len(terms) == 0 {
		return taken, nil
	}
	number := ""
	switch {
	case len(terms) == d1.MaxColumns: // of a result
	case t.HasIntegerKey():
		number = sqltext.Quote(t.PrimaryKey()[0])
	case !t.Virtual:
		number = t.RowidName()
	}
	if number != "" {
		terms = append(terms, "CAST("+number+" AS TEXT) AS number")
	}
	result, err := d1.Query(ctx, db, "SELECT "+strings.Join(terms, ", ")+" FROM "+sqltext.Quote(t.Name))
	if err != nil {
		return taken, err
	}

	taken.Rows, err = result.Texts("rows of " + t.Name)
	if number != "" {
		for i, row := range taken.Rows {
			last := len(row) - 1
			taken.Numbers, taken.Rows[i] = append(taken.Numbers, row[last]), row[:last]
		}
	}
	return taken, err
}

// Renumbered counts the rows that no longer have the number that they had.
func Renumbered(was, is Snapshot, pairs [][2]string) (rows int) {
	left := map[string]int{}
	var old, now []string
	for _, pair := range pairs {
		old, now = append(old, pair[0]), append(now, pair[1])
	}
	for i, values := range is.Values(now) {
		if len(is.Numbers) > 0 {
			left[is.Numbers[i]+" "+values]++
		}
	}
	for i, values := range was.Values(old) {
		if len(was.Numbers) > 0 && left[was.Numbers[i]+" "+values] == 0 {
			rows++
		}
	}
	return rows
}

// Values returns the given columns' values of each row, joined into one text per row.
func (s Snapshot) Values(columns []string) []string {
	places := make([]int, len(columns))
	for i, column := range columns {
		places[i] = slices.Index(s.Columns, column)
	}
	picked := make([]string, len(s.Rows))
	for i, row := range s.Rows {
		var values []string
		for _, place := range places {
			values = append(values, row[place])
		}
		picked[i] = strings.Join(values, ", ")
	}

	return picked
}

// Difference says how many values of a column changed. Without a column it is about rows that can't be matched.
type Difference struct {
	Column  string
	Rows    int    // negative if that is not known
	Example string // a row, by its key: "id = 'u1'"; or why it is not known
}

// Compare compares a table's values column by column. Pairs maps its old columns to their present names. Rows are
// matched by primary key; without one, only whole rows are compared.
func Compare(was, is Snapshot, pairs [][2]string) []Difference {
	var old, now []string
	for _, pair := range pairs {
		old, now = append(old, pair[0]), append(now, pair[1])
	}
	primary := PresentNames(was.Primary, pairs)
	if len(primary) == 0 || len(was.Primary) != len(primary) || hasDuplicates(was.Values(was.Primary)) {
		return Missing("", was.Values(old), is.Values(now), was.DescribeRows())
	}
	if lost := Missing(was.Primary[0], was.Values(was.Primary), is.Values(primary), was.DescribeRows()); lost != nil {
		return lost
	}

	var found []Difference
	place := map[string]int{}
	for i, value := range is.Values(primary) {
		place[value] = i
	}
	described := was.DescribeRows()
	for i, column := range old {
		before, after := was.Values([]string{column}), is.Values([]string{now[i]})
		changed := Difference{Column: column}
		for row, value := range was.Values(was.Primary) {
			if before[row] != after[place[value]] {
				changed.Rows, changed.Example = changed.Rows+1, described[row]
			}
		}
		if changed.Rows > 0 {
			found = append(found, changed)
		}
	}
	return found
}

// hasDuplicates reports whether a value occurs more than once, as NULL may in a primary key.
func hasDuplicates(values []string) bool {
	seen := map[string]bool{}
	for _, value := range values {
		if seen[value] {
			return true
		}
		seen[value] = true
	}
	return false
}

// PresentNames returns the present names of old columns, without those that are gone.
func PresentNames(columns []string, pairs [][2]string) []string {
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

// Missing counts the values that are gone. Duplicates count as often as they occurred.
func Missing(column string, was, is, described []string) []Difference {
	left := map[string]int{}
	for _, value := range is {
		left[value]++
	}
	lost := Difference{Column: column}
	for i, value := range was {
		if left[value]--; left[value] < 0 {
			lost.Rows, lost.Example = lost.Rows+1, described[i]
		}
	}
	if lost.Rows == 0 {
		return nil
	}

	return []Difference{lost}
}

// DescribeRows names each row by its primary key. Other values may be secret, so that without a key it is the number of the row.
func (s Snapshot) DescribeRows() []string {
	described := make([]string, len(s.Rows))
	for i, row := range s.Rows {
		var parts []string
		for _, column := range s.Primary {
			parts = append(parts, column+" = "+Shorten(row[slices.Index(s.Columns, column)]))
		}
		switch {
		case len(parts) > 0:
			described[i] = Shorten(strings.Join(parts, ", "))
		case len(s.Numbers) > 0:
			described[i] = "rowid = " + s.Numbers[i]
		default:
			described[i] = fmt.Sprintf("row %d", i+1)
		}
	}
	return described
}

// Shorten cuts a value to what fits on a line.
func Shorten(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// CompareUpdated counts the values of updated columns that changed, except NULLs. If no key matches the rows, whole
// rows are compared.
func CompareUpdated(was, is Snapshot, pairs, updated [][2]string) []Difference {
	primary := PresentNames(was.Primary, pairs)
	if len(primary) == 0 || len(was.Primary) != len(primary) || hasDuplicates(was.Values(was.Primary)) {
		return Compare(was, is, pairs)
	}
	if lost := Missing(was.Primary[0], was.Values(was.Primary), is.Values(primary), was.DescribeRows()); lost != nil {
		return lost
	}

	place := map[string]int{}
	for i, value := range is.Values(primary) {
		place[value] = i
	}
	keys, described := was.Values(was.Primary), was.DescribeRows()

	var found []Difference
	for _, pair := range updated {
		before, after := was.Values(pair[:1]), is.Values(pair[1:])
		changed := Difference{Column: pair[0]}
		for row, value := range before {
			if value != "NULL" && value != after[place[keys[row]]] {
				changed.Rows, changed.Example = changed.Rows+1, described[row]
			}
		}
		if changed.Rows > 0 {
			found = append(found, changed)
		}
	}
	return found
}
