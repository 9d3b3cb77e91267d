package migrate_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/generate"
)

// What became of a case, by SQLite's own account.

// same says what differs between the schema of the files and the one that is wanted, by SQLite's own account.
func (w wish) same(ctx context.Context, files map[string]string, text string) string {
	was, err := pragmas(ctx, files)
	if err != nil {
		return "the files can't be applied to an empty database: " + err.Error()
	}
	is, err := pragmas(ctx, map[string]string{"0000_wanted.sql": text})
	if err != nil {
		return "the wanted schema can't be made: " + err.Error()
	}

	for _, line := range is {
		if !slices.Contains(was, line) {
			return "missing: " + line
		}
	}

	for _, line := range was {
		if !slices.Contains(is, line) {
			return "left over: " + line
		}
	}

	return ""
}

// pulledAgain says what is wrong with the schema file that db pull writes from the migrated database: it has to be what the
// files make.
func pulledAgain(ctx context.Context, db d1.Database, files map[string]string) string {
	entries, err := catalog.Read(ctx, db)
	if err != nil {
		return err.Error()
	}
	if len(entries) == 0 {
		return ""
	}
	pulled, err := generate.Pull(ctx, entries, nil, "schema.sql")
	if err != nil {
		return "it can't be pulled: " + err.Error()
	}
	draft, err := generate.New(ctx, generate.Input{Folder: folder(files), Schema: []byte(pulled.Text), SchemaName: "schema.sql"})
	if err != nil || len(draft.Statements) > 0 {
		return fmt.Sprintf("what is pulled differs: %v, %s\n%s", err, draft.Text(), pulled.Text)
	}

	return ""
}

// names reports whether an error names a table, column or object of the case.
func (w wish) names(err error) bool {
	text := strings.ToLower(err.Error())
	return slices.ContainsFunc(slices.Collect(func(yield func(string) bool) {
		for name := range w.w.used {
			if !yield(name) {
				return
			}
		}
	}), func(name string) bool { return strings.Contains(text, strings.ToLower(name)) }) || strings.Contains(text, "--")
}

// taken returns the error with which SQLite refuses the statements on the case's rows.
func (w wish) taken(ctx context.Context, statements []string) error {
	db, err := sqlite.Open(sqlite.Memory)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := w.create(ctx, db); err != nil {
		return err
	}

	var batch []d1.Statement
	for _, statement := range slices.Concat(w.rows, statements) {
		batch = append(batch, d1.SQL(statement))
	}
	_, err = db.Batch(ctx, batch...)
	return err
}

// lost says which row or value of a surviving table and column is gone.
func (w wish) lost(before, after photo) string {
	for name, is := range after.tables {
		old := name
		if was, renamed := w.tables[name]; renamed {
			old = was
		}
		was, existed := before.tables[old]
		if !existed || !is.own || !was.own {
			continue
		}

		var had, has []string
		for _, column := range is.columns {
			of := column
			if renamed, found := w.columns[old+"."+column]; found {
				of = renamed
			}
			if column != rowNumber && slices.Contains(was.columns, of) && !w.loose[old+"."+of] {
				had, has = append(had, of), append(has, column)
			}
		}

		if slices.Contains(was.columns, rowNumber) && slices.Contains(is.columns, rowNumber) && !w.renumbered[old] {
			had, has = append(had, rowNumber), append(has, rowNumber)
		}

		if rows, stay := was.list(had), is.list(has); !slices.Equal(rows, stay) && !w.generates(old) {
			return fmt.Sprintf("the rows of %s were %q and are %q", old, rows, stay)
		}
		if len(was.rows) != len(is.rows) {
			return fmt.Sprintf("%s had %d rows and has %d", old, len(was.rows), len(is.rows))
		}
	}
	if table := after.setBack(before); table != "" && len(w.tables) == 0 {
		return "the counter of " + table + " went back"
	}
	return ""
}

// generates reports whether a table has generated columns, whose values follow from others.
func (w wish) generates(name string) bool {
	return slices.ContainsFunc(w.w.tables, func(m *modelled) bool {
		return m.name == name && slices.ContainsFunc(m.columns, func(c field) bool { return c.generated != "" })
	})
}

// pragmas describes the schema of files by what SQLite's pragmas say of it, apart from the order of columns and the names of
// constraints.
func pragmas(ctx context.Context, files map[string]string) ([]string, error) {
	db, err := sqlite.Open(sqlite.Memory)
	if err != nil {
		return nil, err
	}
	defer db.Close()

	made, err := migrate.New(db, folder(files), migrate.Options{Allow: []string{migrate.All}})
	if err != nil {
		return nil, err
	}
	if _, err := made.Apply(ctx); err != nil {
		return nil, err
	}

	var lines []string
	for _, query := range [...]string{
		`SELECT 'table ' || lower(name) || ' ' || type || ' ' || wr || strict AS line FROM pragma_table_list WHERE schema = 'main'
			AND name NOT IN ('d1_migrations', 'addreams_migrations', 'sqlite_schema', 'sqlite_sequence')`,
		`SELECT 'column ' || lower(m.name) || ' ' || lower(c.name) || ' ' || lower(c.type) || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '-') || ' ' || c.pk || ' ' || c.hidden AS line
			FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS c WHERE m.type = 'table' AND m.name NOT LIKE '%migrations'`,
		`SELECT 'key ' || lower(m.name) || ' ' || lower(f."from") || ' ' || lower(f."table") || ' ' || lower(coalesce(f."to", '-')) || ' ' || f.on_update || ' ' || f.on_delete AS line
			FROM sqlite_master AS m JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table'`,
		`SELECT 'index ' || lower(m.name) || ' ' || i."unique" || i.partial || ' ' || group_concat(coalesce(lower(x.name), '?') || x.desc || x.coll) AS line
			FROM sqlite_master AS m JOIN pragma_index_list(m.name) AS i JOIN pragma_index_xinfo(i.name) AS x
			WHERE m.type = 'table' AND x.key = 1 AND m.name NOT LIKE '%migrations' GROUP BY m.name, i.name`,
		`SELECT type || ' ' || lower(name) || ' on ' || lower(tbl_name) AS line FROM sqlite_master WHERE type IN ('view', 'trigger')`,
	} {
		found, err := d1.Query(ctx, db, query)
		if err != nil {
			return nil, err
		}
		var line string
		if err := found.Each("a pragma", func() { lines = append(lines, line) }, &line); err != nil {
			return nil, err
		}
	}

	return lines, nil
}
