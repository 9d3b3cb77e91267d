package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// The property reads sqlite_master and rows by itself, without the engine.

// photo is everything in a database.
type photo struct {
	objects []string
	tables  map[string]content
	found   map[string][]string // what full-text tables find
}

type content struct {
	columns []string
	rows    []map[string]string // each value as SQLite quotes it
	own     bool                // of the schema: no ledger, no table of SQLite, Cloudflare or a virtual table
}

const (
	photoObjects = `SELECT type || ' ' || name || ' on ' || tbl_name || ': ' || coalesce(sql, '') AS text FROM sqlite_master
		WHERE substr(name, 1, 4) <> '_cf_' ORDER BY 1`
	photoColumns = `SELECT m.name AS owner, c.name AS name, l.type = 'shadow' OR m.name IN ('d1_migrations', 'addreams_migrations')
			OR substr(m.name, 1, 7) = 'sqlite_' OR m.sql LIKE '%content=%' AS apart
		FROM sqlite_master AS m JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = m.name JOIN pragma_table_xinfo(m.name) AS c
		WHERE m.type = 'table' AND substr(m.name, 1, 4) <> '_cf_' AND c.hidden <> 1
			AND NOT (l.type = 'virtual' AND m.sql LIKE '%content=%') ORDER BY m.rowid, c.cid`
)

func photograph(ctx context.Context, db d1.Database) (photo, error) {
	found, err := db.Batch(ctx, d1.SQL(photoObjects), d1.SQL(photoColumns))
	if err != nil {
		return photo{}, err
	}

	taken := photo{tables: map[string]content{}}
	var object, owner, column string
	var apart bool
	if err := found[0].Each("the schema", func() { taken.objects = append(taken.objects, object) }, &object); err != nil {
		return photo{}, err
	}
	var names []string
	err = found[1].Each("the columns", func() {
		table := taken.tables[owner]
		if table.columns == nil {
			names = append(names, owner)
		}
		table.columns, table.own = append(table.columns, column), !apart
		taken.tables[owner] = table
	}, &owner, &column, &apart)
	if err != nil {
		return photo{}, err
	}

	if err := taken.read(ctx, db, names); err != nil {
		return photo{}, err
	}
	taken.found, err = findings(ctx, db)
	return taken, err
}

func (p photo) read(ctx context.Context, db d1.Database, names []string) error {
	if len(names) == 0 {
		return nil
	}

	var batch []d1.Statement
	for _, name := range names {
		var parts []string
		for i, column := range p.tables[name].columns {
			parts = append(parts, fmt.Sprintf("quote(%s) AS c%d", quoted(column), i))
		}
		batch = append(batch, d1.SQL("SELECT "+strings.Join(parts, ", ")+" FROM "+quoted(name)))
	}
	results, err := db.Batch(ctx, batch...)
	if err != nil {
		return err
	}
	for i, result := range results {
		table := p.tables[names[i]]
		rows, err := result.Texts("rows of " + names[i])
		if err != nil {
			return err
		}
		for _, row := range rows {
			values := map[string]string{}
			for j, column := range table.columns {
				values[column] = row[j]
			}
			table.rows = append(table.rows, values)
		}
		p.tables[names[i]] = table
	}

	return nil
}

// differs says where two photos differ.
func (p photo) differs(from photo) string {
	if !slices.Equal(p.objects, from.objects) {
		return fmt.Sprintf("the schema is %q and was %q", p.objects, from.objects)
	}
	for name, table := range p.tables {
		if is, was := table.list(table.columns), from.tables[name].list(table.columns); !slices.Equal(is, was) {
			return fmt.Sprintf("the rows of %s are %q and were %q", name, is, was)
		}
	}
	if !maps.EqualFunc(p.found, from.found, slices.Equal) {
		return fmt.Sprintf("full-text tables find %q and found %q", p.found, from.found)
	}
	return ""
}

// list returns the table's rows as sorted texts of these columns.
func (c content) list(columns []string) []string {
	var texts []string
	for _, row := range c.rows {
		var text strings.Builder
		for _, column := range columns {
			text.WriteString(row[column] + " | ")
		}
		texts = append(texts, text.String())
	}
	slices.Sort(texts)
	return texts
}

// lost says which row, value, column or table of a photo is missing from a later one.
func (p photo) lost(later photo) string {
	for _, name := range slices.Sorted(maps.Keys(p.tables)) {
		was := p.tables[name]
		if !was.own {
			continue
		}
		is, there := later.tables[name]
		if !there {
			return "the table " + name
		}

		for _, column := range was.columns {
			if !slices.Contains(is.columns, column) {
				return "the column " + name + "." + column
			}
		}

		left := is.list(was.columns)
		for _, row := range was.list(was.columns) {
			i := slices.Index(left, row)
			if i < 0 {
				return fmt.Sprintf("the row %s of %s, which has now %q", row, name, is.list(was.columns))
			}
			left = slices.Delete(left, i, i+1)
		}
	}

	for name, was := range p.found {
		left := slices.Clone(later.found[name])
		for _, row := range was {
			i := slices.Index(left, row)
			if i < 0 {
				return fmt.Sprintf("the row %s that %s found, which finds now %q", row, name, later.found[name])
			}
			left = slices.Delete(left, i, i+1)
		}
	}

	return ""
}

// undone fails on purpose, so that the statements before it in a batch are rolled back.
const undone = "SELECT * FROM no_such_table_to_undo"

// refusalOf says why a statement is refused; empty if it is accepted. It leaves no trace.
func refusalOf(ctx context.Context, db d1.Database, statement string) (string, error) {
	refusal, _, err := answerOf(ctx, db, statement, undone)
	return refusal, err
}

// answerOf does the same, and returns what the last statement, which fails, says of the state after it.
func answerOf(ctx context.Context, db d1.Database, statement, last string) (refusal, said string, err error) {
	_, err = db.Batch(ctx, d1.SQL(statement), d1.SQL(last))
	refused, ofDatabase := err.(*d1.Error)
	switch {
	case !ofDatabase:
		return "", "", fmt.Errorf("run %s: %v", statement, err)
	case strings.Contains(refused.Message, "to_undo"):
		return "", refused.Message, nil
	case last != undone:
		return answerOf(ctx, db, statement, undone)
	}
	return refused.Message, "", nil
}

// selectViews selects the columns of each view that may be read.
const selectViews = "SELECT v.name, c.name FROM sqlite_master AS v JOIN pragma_table_info(v.name) AS c WHERE v.type = 'view' ORDER BY v.name, c.cid"

// echo returns a statement that fails, and whose error says how many rows each table has, and what the views show.
func (p photo) echo(ctx context.Context, db d1.Database) (string, error) {
	terms := []string{}
	for _, name := range slices.Sorted(maps.Keys(p.tables)) {
		if p.tables[name].own {
			terms = append(terms, "(SELECT count(*) FROM "+quoted(name)+")")
		}
	}
	shown := map[string][]string{}
	views, err := d1.Query(ctx, db, selectViews)
	var refused *d1.Error
	if errors.As(err, &refused) {
		return undone, nil
	}
	if err != nil {
		return "", err
	}
	var view, column string
	if err := views.Each("the views", func() { shown[view] = append(shown[view], column) }, &view, &column); err != nil {
		return "", err
	}
	for _, view := range slices.Sorted(maps.Keys(shown)) {
		sums := []string{"count(*)"}
		for _, column := range shown[view] {
			value := "quote(" + quoted(column) + ")"
			sums = append(sums, fmt.Sprintf("coalesce(sum(length(%s) * 1000 + unicode(substr(%s, -1))), 0)", value, value))
		}
		terms = append(terms, "(SELECT "+strings.Join(sums, " || ' ' || ")+" FROM "+quoted(view)+")")
	}
	terms = terms[:min(len(terms), d1.MaxFunctionArgs-1)]
	return "SELECT json_extract('{}', printf('to_undo:" + strings.Repeat(" %s", len(terms)) + "', " + strings.Join(terms, ", ") + "))", nil
}

// grown reports whether a table has more rows than in an earlier photo.
func (p photo) grown(from photo) bool {
	for name, table := range p.tables {
		if was, there := from.tables[name]; there && table.own && len(table.rows) > len(was.rows) {
			return true
		}
	}
	return false
}

// setBack names a table whose AUTOINCREMENT counter is lower than before, so that a key may be given again.
func (p photo) setBack(from photo) string {
	now := map[string]string{}
	for _, row := range p.tables["sqlite_sequence"].rows {
		now[row["name"]] = row["seq"]
	}
	for _, row := range from.tables["sqlite_sequence"].rows {
		table := strings.Trim(row["name"], "'")
		is, there := now[row["name"]]
		if _, kept := p.tables[strings.ReplaceAll(table, "''", "'")]; kept && (!there || len(is) < len(row["seq"]) || len(is) == len(row["seq"]) && is < row["seq"]) {
			return table
		}
	}
	return ""
}
