package sqlite

import (
	"database/sql"
	"time"

	"github.com/addreams/addreams/app/d1"
)

func readAll(rows *sql.Rows) (d1.Result, error) {
	columns, err := rows.Columns()
	if err != nil {
		return d1.Result{}, err
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

// plain undoes the driver's reading of text in TIMESTAMP and DATETIME columns as times: D1 returns it as it stands.
func plain(row d1.Row) d1.Row {
	for i, value := range row {
		if at, ok := value.(time.Time); ok {
			row[i] = at.UTC().Format(time.DateTime)
		}
	}
	return row
}
