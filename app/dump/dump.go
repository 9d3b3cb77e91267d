// Package dump writes a database as SQL that SQLite, `wrangler d1 execute --file` and D1's import load again. It reads rows
// in pages and holds one at a time, so that a database may be larger than memory, and keeps every statement within D1's
// limits. It only reads the database, and must not know how that is reached or where the dump goes.
package dump

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Options choose what is written. The zero value is the whole database, with the ledgers of migrations.
type Options struct {
	Tables   []string // only these, with their indexes and triggers; all tables and the views if there are none
	NoSchema bool     // only rows
	NoData   bool     // only the schema
}

// Summary says what was written.
type Summary struct {
	Tables int      `json:"tables"`
	Rows   int64    `json:"rows"`
	Notes  []string `json:"notes"` // what could not be written
}

// dumper writes one dump.
type dumper struct {
	Options
	db      d1.Database
	out     *bufio.Writer
	long    longValues
	summary Summary
}

// Write writes a dump of the database to out. If it fails, what it wrote is incomplete.
//
// Foreign keys are checked at the end of the transaction that loads the dump, and tables come after those that they refer to.
// Indexes, views and triggers follow the rows, which no trigger may change.
func Write(ctx context.Context, db d1.Database, out io.Writer, options Options) (Summary, error) {
	schema, err := readSchema(ctx, db)
	if err != nil {
		return Summary{}, err
	}
	before := slices.Clone(schema.entries)
	if err := schema.only(options.Tables); err != nil {
		return Summary{}, err
	}
	d := &dumper{Options: options, db: db, out: bufio.NewWriter(out), summary: Summary{Notes: []string{}}}
	d.long.table = schema.freeName("addreams_export_value")

	if err := d.write(ctx, schema); err != nil {
		return Summary{}, err
	}

	after, err := readSchema(ctx, db)
	if err == nil && !slices.Equal(before, after.entries) {
		err = errors.New("the schema was changed while the rows were read: export again")
	}
	return d.summary, errors.Join(err, d.out.Flush())
}

func (d *dumper) write(ctx context.Context, s schema) error {
	if err := d.statement("PRAGMA defer_foreign_keys=TRUE"); err != nil {
		return err
	}
	tables := s.ordered()
	d.summary.Tables = len(tables)
	for _, virtual := range [...]bool{false, true} { // once a full-text table "search" exists, "search_content" is reserved
		if err := d.tables(ctx, tables, virtual); err != nil {
			return err
		}
	}
	if err := d.long.drop(d); err != nil {
		return err
	}

	if err := d.createAll(s, "index", "view"); err != nil {
		return err
	}
	if err := d.indexContents(s); err != nil { // the content may be a view
		return err
	}
	if err := d.createAll(s, "trigger"); err != nil {
		return err
	}
	return d.counters(ctx, s)
}

// tables writes the ordinary or the virtual tables. All are created before the first row: in a circle of foreign keys, each
// row needs the table that it refers to.
func (d *dumper) tables(ctx context.Context, tables []*table, virtual bool) error {
	for _, t := range tables {
		if t.entry.Virtual() == virtual {
			if err := d.create(t.entry); err != nil {
				return err
			}
		}
	}

	for _, t := range tables {
		if t.entry.Virtual() == virtual {
			if err := d.rows(ctx, t); err != nil {
				return err
			}
		}
	}

	return nil
}

// createAll creates the entries of these kinds.
func (d *dumper) createAll(s schema, kinds ...string) error {
	for _, kind := range kinds {
		for _, entry := range s.entries {
			if entry.Kind != kind {
				continue
			}
			if err := d.create(entry); err != nil {
				return err
			}
		}
	}
	return nil
}

// create creates a table or other entry as it was created, without a comment after its end.
func (d *dumper) create(entry catalog.Entry) error {
	if d.NoSchema {
		return nil
	}
	sql := entry.SQL
	if parts, err := d1sql.Split(sql); err == nil && len(parts) == 1 {
		sql = parts[0].SQL
	}
	return d.statement(sql)
}

// statement writes a statement.
func (d *dumper) statement(sql string) error {
	_, err := d.out.WriteString(sql + ";\n")
	return err
}

// counters sets the counters of AUTOINCREMENT.
func (d *dumper) counters(ctx context.Context, s schema) error {
	if d.NoData || !s.counted {
		return nil
	}
	result, err := d1.Query(ctx, d.db, "SELECT name, "+sqltext.Value("seq")+" AS seq FROM sqlite_sequence ORDER BY name")
	if err != nil {
		return err
	}

	counters, err := result.Texts("the counters")
	if err != nil {
		return err
	}
	for _, counter := range counters {
		if s.table(counter[0]) == nil {
			continue
		}
		name := sqltext.Literal(counter[0])
		err := errors.Join(
			d.statement("DELETE FROM sqlite_sequence WHERE name = "+name),
			d.statement("INSERT INTO sqlite_sequence (name, seq) VALUES ("+name+", "+counter[1]+")"))
		if err != nil {
			return err
		}
	}
	return nil
}
