package dump

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Cloudflare's own tables, _cf_*, are left out: D1 refuses to read them.
const (
	open = ` AND substr(lower(m.name), 1, 4) <> '_cf_'`

	selectTables = `SELECT
	m.name
FROM pragma_table_list AS m
WHERE m.schema = 'main' AND m.wr = 1` + open

	selectColumns = `SELECT
	m.name AS owner,
	c.name,
	c.pk,
	c.hidden
FROM sqlite_master AS m
JOIN pragma_table_xinfo(m.name) AS c
WHERE m.type = 'table'` + open + `
ORDER BY m.name, c.cid`

	selectKeys = `SELECT
	m.name AS owner,
	x.name,
	x.coll
FROM sqlite_master AS m
JOIN pragma_index_list(m.name) AS i
JOIN pragma_index_xinfo(i.name) AS x
WHERE m.type = 'table' AND i.origin = 'pk' AND x.key = 1` + open + `
ORDER BY m.name, x.seqno`

	selectParents = `SELECT
	m.name AS owner,
	f."table"
FROM sqlite_master AS m
JOIN pragma_foreign_key_list(m.name) AS f
WHERE m.type = 'table'` + open
)

// schema is what a dump creates.
type schema struct {
	entries []catalog.Entry
	tables  []*table // in the order of their creation
	counted bool     // a table counts with AUTOINCREMENT
}

// readSchema reads the schema of the database, without what SQLite, Cloudflare and virtual tables made for themselves.
func readSchema(ctx context.Context, db d1.Database) (schema, error) {
	results, err := db.Batch(ctx, d1.SQL(catalog.SelectEntries), d1.SQL(catalog.SelectShadowTables),
		d1.SQL(selectTables), d1.SQL(selectColumns), d1.SQL(selectKeys), d1.SQL(selectParents))
	if err != nil {
		return schema{}, err
	}
	var s schema
	entries, err := catalog.ReadEntries(results[0], results[1])
	if err != nil {
		return s, err
	}
	for _, entry := range entries {
		s.add(entry)
	}

	for i, describe := range [...]func(d1.Result) error{s.addWithoutRowid, s.addColumns, s.addKeys, s.addParents} {
		if err := describe(results[i+2]); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s *schema) add(entry catalog.Entry) {
	name := sqltext.Fold(entry.Name)
	s.counted = s.counted || name == "sqlite_sequence"
	if strings.HasPrefix(name, "sqlite_") || strings.HasPrefix(name, "_cf_") {
		return
	}
	s.entries = append(s.entries, entry)
	if entry.Kind == "table" {
		s.tables = append(s.tables, &table{entry: entry})
	}
}

// table finds a table; nil if there is none with the name.
func (s schema) table(name string) *table {
	for _, t := range s.tables {
		if sqltext.SameName(t.entry.Name, name) {
			return t
		}
	}
	return nil
}

// of finds the table of a row that describes it. For one that is left out it returns an empty table, which is dropped.
func (s schema) of(name string) *table {
	if t := s.table(name); t != nil {
		return t
	}
	return &table{}
}

func (s schema) addWithoutRowid(result d1.Result) error {
	var name string
	return result.Each("the tables", func() { s.of(name).withoutRowid = true }, &name)
}

func (s schema) addColumns(result d1.Result) error {
	var name, column string
	var key, hidden int
	return result.Each("the columns", func() {
		t := s.of(name)
		t.names = append(t.names, sqltext.Fold(column))
		t.hasKey = t.hasKey || key > 0
		if hidden == 0 { // neither generated nor an argument of a virtual table
			t.columns = append(t.columns, column)
		}
	}, &name, &column, &key, &hidden)
}

func (s schema) addKeys(result d1.Result) error {
	var name, column, collation string
	return result.Each("the primary keys", func() {
		t := s.of(name)
		t.primary = append(t.primary, keyColumn{sqltext.Quote(column), " COLLATE " + sqltext.Quote(collation)})
	}, &name, &column, &collation)
}

func (s schema) addParents(result d1.Result) error {
	var name, parent string
	return result.Each("the foreign keys", func() { s.of(name).parents = append(s.of(name).parents, parent) }, &name, &parent)
}

// only leaves the named tables, with what belongs to them.
func (s *schema) only(names []string) error {
	if len(names) == 0 {
		return nil
	}
	chosen := map[string]bool{}
	for _, name := range names {
		if s.table(name) == nil {
			return fmt.Errorf("there is no table %s that could be exported", name)
		}
		chosen[sqltext.Fold(name)] = true
	}

	s.entries = slices.DeleteFunc(s.entries, func(e catalog.Entry) bool { return !chosen[sqltext.Fold(e.Table)] })
	s.tables = slices.DeleteFunc(s.tables, func(t *table) bool { return !chosen[sqltext.Fold(t.entry.Name)] })
	return nil
}

// ordered returns the tables in an order in which each comes after those that it refers to, if they are not in a circle.
func (s schema) ordered() []*table {
	var order []*table
	seen := map[*table]bool{}
	var visit func(t *table)
	visit = func(t *table) {
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		for _, parent := range t.parents {
			visit(s.table(parent))
		}
		order = append(order, t)
	}
	for _, t := range s.tables {
		visit(t)
	}

	return order
}

// freeName returns the name, with underscores after it if it is in use.
func (s schema) freeName(name string) string {
	for slices.ContainsFunc(s.entries, func(e catalog.Entry) bool { return sqltext.Fold(e.Name) == name }) {
		name += "_"
	}
	return name
}
