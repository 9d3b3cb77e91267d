package migrate

import (
	"context"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
)

// object is a row of sqlite_master.
type object struct{ kind, name, table, sql string }

func readObject(row d1.Row) object { return object{row.Text(0), row.Text(1), row.Text(2), row.Text(3)} }

func readObjects(result d1.Result) []object {
	objects := make([]object, len(result.Rows))
	for i, row := range result.Rows {
		objects[i] = readObject(row)
	}
	return objects
}

// ours reports whether the object belongs to the schema, and not to SQLite, Cloudflare or a ledger.
func (o object) ours() bool {
	name, table := strings.ToLower(o.name), strings.ToLower(o.table)
	return !strings.HasPrefix(name, "sqlite_") && !strings.HasPrefix(name, "_cf_") &&
		table != wranglerTable && table != ledgerTable
}

func (o object) virtual() bool {
	return o.kind == "table" && strings.HasPrefix(strings.ToUpper(o.sql), "CREATE VIRTUAL")
}

// copyInto makes the objects on an empty database, but for the tables that virtual tables make by themselves.
func copyInto(ctx context.Context, db d1.Database, objects []object) error {
	var batch []d1.Statement
	for _, object := range objects {
		if object.kind == "table" {
			batch = append(batch, d1.SQL(object.sql))
		}
	}
	for _, kind := range [...]string{"index", "view", "trigger"} {
		for _, object := range objects {
			if object.kind == kind {
				batch = append(batch, d1.SQL(object.sql))
			}
		}
	}
	_, err := db.Batch(ctx, batch...)
	return err
}

// selectShadows names the tables that SQLite takes for content of a virtual table: it goes by their names, and asks the
// module (https://www.sqlite.org/vtab.html#the_xshadowname_method). That "search" is a full-text table makes
// "search_data" one of them, and "search_log" none.
const selectShadows = `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'`

// withoutShadows leaves out the tables that virtual tables make and keep their content in, with their indexes. A table
// that only has such a name stays: one named "search_content" beside a full-text table that keeps its content elsewhere.
func withoutShadows(objects []object, shadows d1.Result) []object {
	named := map[string]bool{}
	for _, row := range shadows.Rows {
		named[key(row.Text(0))] = true
	}
	return slices.DeleteFunc(objects, func(o object) bool {
		return named[key(o.table)] && o.kind != "trigger" && !contentOfItsOwn(o.table, objects)
	})
}

// contentOfItsOwn reports whether the table, "x_content", is not made by the full-text table "x", because that one was
// told to keep its content elsewhere or nowhere (https://www.sqlite.org/fts5.html#external_content_and_contentless_tables).
func contentOfItsOwn(table string, objects []object) bool {
	of, found := strings.CutSuffix(key(table), "_content")
	if !found {
		return false
	}
	for _, object := range objects {
		if object.virtual() && key(object.name) == of {
			return object.hasOption("content") && !object.hasOption("contentless_unindexed")
		}
	}
	return false
}

// hasOption reports whether a virtual table is declared with the option: content=”.
func (o object) hasOption(name string) bool {
	tokens, err := significant(o.sql)
	if err != nil {
		return false
	}
	for i := range tokens {
		if tokens[i].Is(name) && i+1 < len(tokens) && strings.HasPrefix(tokens[i+1].Text, "=") {
			return true
		}
	}
	return false
}

func key(name string) string { return strings.ToLower(name) }

// significant are the tokens of a definition that mean something.
func significant(sql string) ([]d1sql.Token, error) {
	statements, err := d1sql.Split(sql)
	if err != nil || len(statements) != 1 {
		return nil, err
	}
	return statements[0].Tokens, nil
}
