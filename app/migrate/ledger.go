package migrate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// The ledgers. The first is wrangler's, exactly as `wrangler d1 migrations apply` creates it; the second is the engine's.
// Both are written in the same batch.
const (
	createWrangler = `CREATE TABLE IF NOT EXISTS d1_migrations(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`
	createLedger = `CREATE TABLE IF NOT EXISTS addreams_migrations (
	name TEXT PRIMARY KEY NOT NULL,
	sha256 TEXT NOT NULL,
	how TEXT NOT NULL,
	applied_by TEXT NOT NULL,
	applied_at TEXT DEFAULT CURRENT_TIMESTAMP NOT NULL,
	bookmark TEXT
)`
	selectWrangler = `SELECT name, CAST(applied_at AS TEXT) FROM d1_migrations WHERE name IS NOT NULL ORDER BY id`
	selectLedger   = `SELECT name, sha256, how, applied_by, applied_at, bookmark FROM addreams_migrations ORDER BY name`
)

// How a file got into the ledger.
const (
	howApplied  = "applied"
	howBaseline = "baseline" // the schema was already there, and was compared
	howAdopted  = "adopted"  // wrangler had recorded it, and the schema was compared
	howPushed   = "pushed"   // no file, but the schema file, from which the schema was changed
)

// Record is what the ledger knows about a file. Files that only wrangler recorded have just a name and a time.
type Record struct {
	Name     string
	Digest   string // empty if only wrangler knows the file
	How      string
	By       string
	At       string // UTC, as SQLite writes it: 2026-11-24 04:05:06
	Bookmark string // of the moment before it was applied, if the database has restore points
}

// inspection is what is known of a database before anything is done to it.
type inspection struct {
	entries []catalog.Entry
	records map[string]Record
	order   []string // names of records, oldest first
	pushed  string   // when the schema was changed without a file; empty if it was not
}

// inspect reads the schema and the ledger. It only reads: a database without a ledger has no records.
func inspect(ctx context.Context, db d1.Database) (inspection, error) {
	found, err := db.Batch(ctx, d1.SQL(catalog.SelectEntries), d1.SQL(catalog.SelectShadowTables))
	if err != nil {
		return inspection{}, err
	}

	entries, err := catalog.ReadEntries(found[0], found[1])
	if err != nil {
		return inspection{}, err
	}

	inspected := inspection{records: map[string]Record{}}
	var statements []d1.Statement
	for _, object := range entries {
		if err := checkLedger(object); err != nil {
			return inspection{}, err
		}
		switch {
		case object.Kind == "table" && object.Name == catalog.WranglerTable:
			statements = append(statements, d1.SQL(selectWrangler))
		case object.Kind == "table" && object.Name == catalog.LedgerTable:
			statements = append(statements, d1.SQL(selectLedger))
		case object.OfSchema():
			inspected.entries = append(inspected.entries, object)
		}
	}
	if len(statements) == 0 {
		return inspected, nil
	}

	results, err := db.Batch(ctx, statements...)
	if err != nil {
		return inspected, err
	}
	for _, result := range results {
		if err := inspected.add(result); err != nil {
			return inspected, fmt.Errorf("read the ledger: %w", err)
		}
	}
	return inspected, nil
}

// Recorded returns the names of the files that the ledgers list, also those that are not in the folder.
func (e *Engine) Recorded(ctx context.Context) ([]string, error) {
	inspected, err := inspect(ctx, e.db)
	return inspected.order, err
}

// checkLedger fails if the entry has the name of a ledger, and is something else: a table that another tool made.
func checkLedger(found catalog.Entry) error {
	needed := map[string][]string{catalog.WranglerTable: {"id", "name", "applied_at"}, catalog.LedgerTable: {"name", "sha256", "how", "applied_by", "applied_at", "bookmark"}}
	words := sqltext.Words(found.SQL)
	for _, column := range needed[found.Name] {
		if found.Kind != "table" || !slices.Contains(words, column) {
			return fmt.Errorf("the %s %[2]s belongs to another tool: it has no column %s, and the list of applied migrations has to be there. "+
				"Give it another name, with ALTER TABLE %[2]s RENAME TO another_name, and run this again", found.Kind, found.Name, column)
		}
	}
	return nil
}

// add reads the rows of either ledger. What the engine's says about a file takes precedence over wrangler's.
func (t *inspection) add(result d1.Result) error {
	for i, row := range result.Rows {
		var record Record
		var bookmark *string
		columns := []any{&record.Name, &record.At}
		if len(row) > len(columns) {
			columns = []any{&record.Name, &record.Digest, &record.How, &record.By, &record.At, &bookmark}
		}
		if err := result.Scan(i, columns...); err != nil {
			return err
		}
		if bookmark != nil {
			record.Bookmark = *bookmark
		}
		if record.How == howPushed {
			t.pushed = record.At
			continue
		}

		known, seen := t.records[record.Name]
		if !seen {
			t.order = append(t.order, record.Name)
		}
		if known.Digest == "" {
			t.records[record.Name] = record
		}
	}
	return nil
}

// record returns statements that write a file into both ledgers. If two deployers apply a file at once, the second
// one's statements fail, and its whole batch with them; the other deployer may be wrangler. The values are in the SQL,
// because D1's HTTP API guarantees one transaction only for a single text of several statements, which takes no
// arguments.
func (e *Engine) record(file script.File, how, bookmark string) []d1.Statement {
	return []d1.Statement{
		e.claim(file, how, bookmark),
		d1.SQL("INSERT INTO " + catalog.WranglerTable + " (name) VALUES (" + sqltext.Literal(file.Name) + ")"),
	}
}

// claim returns the statement that writes a file into the engine's ledger.
func (e *Engine) claim(file script.File, how, bookmark string) d1.Statement {
	restorePoint := "NULL"
	if bookmark != "" {
		restorePoint = sqltext.Literal(bookmark)
	}
	values := strings.Join([]string{
		sqltext.Literal(file.Name), sqltext.Literal(file.Digest), sqltext.Literal(how), sqltext.Literal(e.options.By), restorePoint,
	}, ", ")
	return d1.SQL("INSERT INTO " + catalog.LedgerTable + " (name, sha256, how, applied_by, bookmark) VALUES (" + values + ")")
}
