package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// The tables that keep what was applied, which are no part of the schema: wrangler's and the engine's.
const (
	WranglerTable = "d1_migrations"
	LedgerTable   = "addreams_migrations"
)

// Entry is a row of sqlite_master.
type Entry struct{ Kind, Name, Table, Sql string }

func readEntry(row d1.Row) Entry { return Entry{row.Text(0), row.Text(1), row.Text(2), row.Text(3)} }

func ReadEntries(result d1.Result) []Entry {
	objects := make([]Entry, len(result.Rows))
	for i, row := range result.Rows {
		objects[i] = readEntry(row)
	}
	return objects
}

// OfSchema reports whether the object belongs to the schema, and not to SQLite, Cloudflare or a ledger.
func (o Entry) OfSchema() bool {
	name, table := strings.ToLower(o.Name), strings.ToLower(o.Table)
	return !strings.HasPrefix(name, "sqlite_") && !strings.HasPrefix(name, "_cf_") &&
		table != WranglerTable && table != LedgerTable
}

func (o Entry) Virtual() bool {
	return o.Kind == "table" && strings.HasPrefix(strings.ToUpper(o.Sql), "CREATE VIRTUAL")
}

// Create makes the objects on an empty database, but for the tables that virtual tables make by themselves.
func Create(ctx context.Context, db d1.Database, objects []Entry) error {
	var batch []d1.Statement
	for _, object := range objects {
		if object.Kind == "table" {
			batch = append(batch, d1.SQL(object.Sql))
		}
	}
	for _, kind := range [...]string{"index", "view", "trigger"} {
		for _, object := range objects {
			if object.Kind == kind {
				batch = append(batch, d1.SQL(object.Sql))
			}
		}
	}
	_, err := db.Batch(ctx, batch...)
	return err
}

// SelectShadowTables names the tables that SQLite takes for content of a virtual table: it goes by their names, and asks the
// module (https://www.sqlite.org/vtab.html#the_xshadowname_method). That "search" is a full-text table makes
// "search_data" one of them, and "search_log" none.
const SelectShadowTables = `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'`

// WithoutShadowTables leaves out the tables that virtual tables make and keep their content in, with their indexes. A table
// that only has such a name stays: one named "search_content" beside a full-text table that keeps its content elsewhere.
func WithoutShadowTables(objects []Entry, shadows d1.Result) []Entry {
	named := map[string]bool{}
	for _, row := range shadows.Rows {
		named[sqltext.Fold(row.Text(0))] = true
	}
	return slices.DeleteFunc(objects, func(o Entry) bool {
		return named[sqltext.Fold(o.Table)] && o.Kind != "trigger" && !hasOwnContent(o.Table, objects)
	})
}

// hasOwnContent reports whether the table, "x_content", is not made by the full-text table "x", because that one was
// told to keep its content elsewhere or nowhere (https://www.sqlite.org/fts5.html#external_content_and_contentless_tables).
func hasOwnContent(table string, objects []Entry) bool {
	of, found := strings.CutSuffix(sqltext.Fold(table), "_content")
	if !found {
		return false
	}
	for _, object := range objects {
		if object.Virtual() && sqltext.Fold(object.Name) == of {
			return object.HasOption("content") && !object.HasOption("contentless_unindexed")
		}
	}
	return false
}

// HasOption reports whether a virtual table is declared with the option: content=”.
func (o Entry) HasOption(name string) bool {
	tokens, err := sqltext.Tokens(o.Sql)
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
