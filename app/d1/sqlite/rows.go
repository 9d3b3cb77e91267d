package sqlite

import (
	"database/sql"
	"slices"
	"time"

	"github.com/addreams/addreams/app/d1"
)

func readAll(rows *sql.Rows) (d1.Result, error) {
	columns, err := rows.Columns()
	if err != nil {
		return d1.Result{}, err
	}
	if name, twice := duplicate(columns); twice {
		return d1.Result{}, &d1.Error{Message: "two columns of the result are named " + name + ": D1 would answer with one of them"}
	}

	result := d1.Result{Columns: columns}
	for rows.Next() {
		row := make(d1.Row, len(columns))
		places := make([]any, len(columns))
		for i := range row {
			places[i] = &row[i]
		}
		if err := rows.Scan(places...); err != nil {
			return d1.Result{}, err
		}
		result.Rows = append(result.Rows, plain(row))
	}
	return result, rows.Err()
}

// duplicate finds a name that two columns have. D1's binding returns one object per row, which holds only one of them.
func duplicate(columns []string) (string, bool) {
	for i, name := range columns {
		if slices.Contains(columns[:i], name) {
			return name, true
		}
	}
	return "", false
}

// plain converts times back to text: the driver parses TIMESTAMP and DATETIME columns, which D1 returns unchanged.
func plain(row d1.Row) d1.Row {
	for i, value := range row {
		if at, ok := value.(time.Time); ok {
			row[i] = at.UTC().Format(time.DateTime)
		}
	}
	return row
}
