package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/generate"
)

// What a case knows about the numbers of rows, and about the values that rows are given.

// A full-text table that a trigger fills with the numbers of rows still belongs to them after a rebuild.
func TestGenerateKeepsNumbers(t *testing.T) {
	const texts = `CREATE VIRTUAL TABLE found USING fts5(nm);
		CREATE TRIGGER t AFTER INSERT ON u BEGIN INSERT INTO found (rowid, nm) VALUES (new.rowid, new.nm); END;`
	parent, child := "CREATE TABLE u (id text PRIMARY KEY NOT NULL, nm text);", "CREATE TABLE s (u_id text REFERENCES u(id) ON DELETE CASCADE);"
	checked := strings.Replace(parent, "nm text", "nm text CHECK (nm <> '')", 1)
	db, files := memory(t), map[string]string{"0000_before.sql": parent + child + texts}
	apply(t, db, folder(files))
	run(t, db, "INSERT INTO u VALUES ('a', 'ada'), ('b', 'bob'), ('c', 'cyd')", "INSERT INTO s VALUES ('a'), ('b'), ('c')",
		"DELETE FROM s WHERE u_id = 'a'", "DELETE FROM u WHERE id = 'a'")

	made, err := generate.Make(t.Context(), generate.Input{Folder: folder(files), Schema: []byte(checked + child + texts), SchemaName: "schema.sql"}, "0001_after.sql")
	require.NoError(t, err)
	files["0001_after.sql"] = made.Text()
	_, err = engine(t, db, folder(files), migrate.Options{Allow: []string{migrate.All}}).Apply(t.Context())

	require.NoError(t, err)
	assert.Equal(t, []string{"b bob", "c cyd"}, column(t, db, "SELECT u.id || ' ' || found.nm FROM u JOIN found ON found.rowid = u.rowid ORDER BY 1"))
	assert.Equal(t, []string{"2 b", "3 c"}, column(t, db, "SELECT rowid || ' ' || u_id FROM s ORDER BY 1"))
}

// rowNumber is what a photo calls the number of a row. It is no column's name.
const rowNumber = "number of the row"

// numbered adds an fts5 table that keeps its texts itself, and that a trigger or the Worker fills with the numbers of another
// table's rows.
func (w *world) numbered(t *rapid.T) {
	of := pick(t, "numbered", w.tables...)
	number := freeNumber(of)
	if number == "" || of.withoutRowid {
		return
	}
	names := []string{"numbered", "numbered_data", "numbered_config", "numbered_content", "numbered_idx", "numbered_docsize"}
	if slices.ContainsFunc(names, func(name string) bool { return w.used[name] }) {
		return
	}
	for _, name := range names {
		w.used[name] = true
	}

	made := &modelled{ident: ident{"numbered", "numbered"}, columns: []field{{ident: ident{"words", "words"}}}, fullText: &searchIndex{options: "words"}}
	w.texts = append(w.texts, made)
	if chance(t, 2, "by the Worker") {
		made.fullText.rows = []string{fmt.Sprintf("INSERT INTO numbered (rowid, words) SELECT %s, 'red' FROM %s", number, of)}
		return
	}
	of.triggers = append(of.triggers, trigger{w.name(t), fmt.Sprintf("AFTER INSERT ON %s BEGIN INSERT INTO numbered (rowid, words) VALUES (new.%s, 'red'); END", of, number), made, nil})
}

// freeNumber returns a name of the row's number that no column has.
func freeNumber(of *modelled) string {
	for _, name := range [...]string{"rowid", "_rowid_", "oid"} {
		if !slices.ContainsFunc(of.columns, func(c field) bool { return strings.EqualFold(c.name, name) }) {
			return name
		}
	}
	return ""
}

// photographNumbered photographs a database, with the numbers of rows where they can be read.
func photographNumbered(ctx context.Context, db d1.Database) (photo, error) {
	taken, err := photograph(ctx, db)
	if err != nil {
		return taken, err
	}
	for name, table := range taken.tables {
		number := slices.DeleteFunc([]string{"rowid", "_rowid_", "oid"}, func(name string) bool {
			return slices.ContainsFunc(table.columns, func(column string) bool { return strings.EqualFold(column, name) })
		})
		if !table.own || len(number) == 0 {
			continue
		}
		terms := []string{"CAST(" + number[0] + " AS TEXT)"}
		for _, column := range table.columns {
			terms = append(terms, "quote("+quoted(column)+")")
		}
		found, err := d1.Query(ctx, db, "SELECT "+strings.Join(terms, ", ")+" FROM "+quoted(name))
		var refused *d1.Error
		if errors.As(err, &refused) {
			continue // WITHOUT ROWID
		}
		if err != nil {
			return taken, err
		}
		if table.rows, err = numberedRows(found, table.columns); err != nil {
			return taken, err
		}
		table.columns = append(table.columns, rowNumber)
		taken.tables[name] = table
	}
	return taken, nil
}

// numberedRows reads rows that begin with their number.
func numberedRows(found d1.Result, columns []string) ([]map[string]string, error) {
	texts, err := found.Texts("rows with their numbers")
	if err != nil {
		return nil, err
	}
	rows := make([]map[string]string, len(texts))
	for i, text := range texts {
		rows[i] = map[string]string{rowNumber: text[0]}
		for j, column := range columns {
			rows[i][column] = text[j+1]
		}
	}
	return rows, nil
}

// filled returns the values that columns should have afterwards because of --fill. It knows none if names
// or types change too.
func (w wish) filled(ctx context.Context, db d1.Database) (map[generate.Name][]string, error) {
	values := map[generate.Name][]string{}
	if len(w.renamed) > 0 || slices.Contains(w.kinds, "type") {
		return values, nil
	}
	for _, fill := range w.choices.Fills {
		at := quoted(fill.Table)
		value := fill.Value
		if has, err := d1.Query(ctx, db, fmt.Sprintf("SELECT 1 FROM pragma_table_info('%s') WHERE name = '%s'", strings.ReplaceAll(fill.Table, "'", "''"), strings.ReplaceAll(fill.Column, "'", "''"))); err != nil {
			return nil, err
		} else if len(has.Rows) > 0 {
			value = fmt.Sprintf("coalesce(%s, %s)", quoted(fill.Column), value)
		}
		found, err := d1.Query(ctx, db, "SELECT quote(CAST("+value+" AS TEXT)) FROM "+at+" ORDER BY 1")
		if err != nil {
			return nil, err
		}
		texts, err := found.Texts("values")
		if err != nil {
			return nil, err
		}
		values[fill.Name] = slices.Concat(texts...)
	}
	return values, nil
}

// misfilled says which column has other values than it should have.
func misfilled(ctx context.Context, db d1.Database, values map[generate.Name][]string) string {
	for at, want := range values {
		found, err := d1.Query(ctx, db, "SELECT quote(CAST("+quoted(at.Column)+" AS TEXT)) FROM "+quoted(at.Table)+" ORDER BY 1")
		if err != nil {
			return err.Error()
		}
		texts, err := found.Texts("values")
		if err != nil {
			return err.Error()
		}
		if has := slices.Concat(texts...); !slices.Equal(has, want) {
			return fmt.Sprintf("%s was to be filled with %q and has %q", at, want, has)
		}
	}
	return ""
}
