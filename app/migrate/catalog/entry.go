// Package catalog reads a database's sqlite_master, on D1 and SQLite alike, and tells the schema's entries from those
// of SQLite, Cloudflare, virtual tables and the ledgers. It does not know what the entries' SQL means.
package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// The ledgers of applied migrations, wrangler's and the engine's. They are not part of the schema.
const (
	WranglerTable = "d1_migrations"
	LedgerTable   = "addreams_migrations"
)

// Entry is a row of sqlite_master.
type Entry struct {
	Kind  string // "table", "index", "view" or "trigger"
	Name  string
	Table string // of an index or trigger
	SQL   string // the statement that created it
}

// Read returns the entries of the schema: without those of SQLite, Cloudflare and the ledgers, and without the tables that
// virtual tables make for their own use.
func Read(ctx context.Context, db d1.Database) ([]Entry, error) {
	results, err := db.Batch(ctx, d1.SQL(SelectEntries), d1.SQL(SelectShadowTables))
	if err != nil {
		return nil, err
	}
	entries, err := ReadEntries(results[0], results[1])
	return slices.DeleteFunc(entries, func(e Entry) bool { return !e.OfSchema() }), err
}

// SelectEntries and SelectShadowTables select what ReadEntries reads.
//
// The shadow tables are those that SQLite takes for the contents of a virtual table: it goes by their names and asks the module
// (https://www.sqlite.org/vtab.html#the_xshadowname_method). If "search" is a full-text table, "search_data" is one of them and
// "search_log" is not.
const (
	SelectEntries      = `SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid`
	SelectShadowTables = `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'`
)

// ReadEntries reads the rows of SelectEntries and SelectShadowTables. It leaves out the tables in which virtual tables keep
// their contents, with their indexes. A table that merely has such a name stays: "search_content" beside a full-text table
// that keeps its content elsewhere.
func ReadEntries(result, shadows d1.Result) ([]Entry, error) {
	var name string
	named := map[string]bool{}
	if err := shadows.Each("the shadow tables", func() { named[sqltext.Fold(name)] = true }, &name); err != nil {
		return nil, err
	}

	var entry Entry
	var entries []Entry
	err := result.Each("the schema", func() { entries = append(entries, entry) }, &entry.Kind, &entry.Name, &entry.Table, &entry.SQL)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(entries)
	return slices.DeleteFunc(entries, func(o Entry) bool {
		return named[sqltext.Fold(o.Table)] && o.Kind != "trigger" && !hasOwnContent(o.Table, all)
	}), nil
}

// OfSchema reports whether the entry belongs to the schema, and not to SQLite, Cloudflare or a ledger.
func (o Entry) OfSchema() bool {
	name, table := sqltext.Fold(o.Name), sqltext.Fold(o.Table)
	return !strings.HasPrefix(name, "sqlite_") && !strings.HasPrefix(name, "_cf_") &&
		table != WranglerTable && table != LedgerTable
}

// Virtual reports whether the entry is a virtual table.
func (o Entry) Virtual() bool {
	return o.Kind == "table" && strings.HasPrefix(strings.ToUpper(o.SQL), "CREATE VIRTUAL")
}

// Create creates the entries on an empty database. The tables that virtual tables make for themselves must not be
// among them.
func Create(ctx context.Context, db d1.Database, objects []Entry) error {
	var batch []d1.Statement
	for _, object := range objects {
		if object.Kind == "table" {
			batch = append(batch, d1.SQL(object.SQL))
		}
	}
	for _, kind := range [...]string{"index", "view", "trigger"} {
		for _, object := range objects {
			if object.Kind == kind {
				batch = append(batch, d1.SQL(object.SQL))
			}
		}
	}

	_, err := db.Batch(ctx, batch...)
	return err
}

// hasOwnContent reports whether the table "x_content" was not made by the full-text table "x", because that one keeps
// its content elsewhere or nowhere (https://www.sqlite.org/fts5.html#external_content_and_contentless_tables).
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
	tokens, err := sqltext.Tokens(o.SQL)
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
