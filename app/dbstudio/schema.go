package dbstudio

import (
	"context"
	"net/http"
	"slices"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// schemaBody is the schema in the form for the page.
type schemaBody struct {
	Tables []*table `json:"tables"`
}

// Cloudflare's own tables, _cf_*, are left out: D1 refuses to read them.
const (
	open = ` AND substr(lower(m.name), 1, 4) <> '_cf_'`

	selectTables = `SELECT
	m.name,
	m.type,
	m.wr
FROM pragma_table_list AS m
WHERE m.schema = 'main'` + open + `
ORDER BY m.name`

	selectObjects = `SELECT
	m.type,
	m.name,
	m.tbl_name,
	m.sql
FROM sqlite_master AS m
WHERE m.sql IS NOT NULL` + open

	columnList = `c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden`

	selectColumns = `SELECT
	m.name AS owner, ` + columnList + `
FROM sqlite_master AS m
JOIN pragma_table_xinfo(m.name) AS c
WHERE m.type = 'table'` + open + `
ORDER BY m.name, c.cid`

	selectReferences = `SELECT
	m.name AS owner,
	f.id,
	f."table",
	f."from",
	f."to",
	f.on_update,
	f.on_delete
FROM sqlite_master AS m
JOIN pragma_foreign_key_list(m.name) AS f
WHERE m.type = 'table'` + open + `
ORDER BY m.name, f.id, f.seq`

	selectIndexes = `SELECT
	m.name AS owner,
	i.name,
	i."unique",
	i.origin,
	i.partial,
	x.name AS part
FROM sqlite_master AS m
JOIN pragma_index_list(m.name) AS i
JOIN pragma_index_xinfo(i.name) AS x
WHERE m.type = 'table' AND x.key = 1` + open + `
ORDER BY m.name, i.name, x.seqno`
)

func (s *Studio) schema(r *http.Request) (any, error) {
	s.forgetSchema()
	tables, err := s.tables(r.Context())
	return schemaBody{tables}, err
}

// readTables reads the schema from the database.
func (s *Studio) readTables(ctx context.Context) ([]*table, error) {
	results, err := s.read(ctx, d1.SQL(selectTables), d1.SQL(selectObjects), d1.SQL(selectColumns),
		d1.SQL(selectReferences), d1.SQL(selectIndexes))
	if err != nil {
		return nil, err
	}

	tables, err := tablesOf(results[0])
	if err != nil {
		return nil, err
	}
	found := byName(tables)
	for i, add := range [...]func(d1.Result) error{found.addObjects, found.addColumns, found.addReferences, found.addIndexes} {
		if err := add(results[i+1]); err != nil {
			return nil, err
		}
	}

	for _, t := range tables {
		if t.Kind == "view" {
			if err := s.addViewColumns(ctx, t); err != nil {
				return nil, err
			}
		}
	}
	for _, t := range tables {
		t.describe(s.Hints)
		t.addImplied(found)
	}

	return tables, nil
}

func tablesOf(result d1.Result) ([]*table, error) {
	var tables []*table
	var name, kind string
	var withoutRowid bool
	err := result.Each("the tables", func() {
		if name != "sqlite_schema" {
			tables = append(tables, newTable(name, kind, withoutRowid))
		}
	}, &name, &kind, &withoutRowid)
	return tables, err
}

// find returns a table of the schema.
func (s *Studio) find(ctx context.Context, name string) (*table, error) {
	tables, err := s.tables(ctx)
	if err != nil {
		return nil, err
	}
	return find(tables, name)
}

func find(tables []*table, name string) (*table, error) {
	for _, t := range tables {
		if sqltext.SameName(t.Name, name) {
			return t, nil
		}
	}
	return nil, &problem{http.StatusNotFound, "request", "There is no table " + name + "."}
}

// names maps tables by their folded names.
type names map[string]*table

func byName(tables []*table) names {
	found := names{}
	for _, t := range tables {
		found[sqltext.Fold(t.Name)] = t
	}
	return found
}

// of returns the table of that name. For one that was created between two statements it returns an empty table, which is dropped.
func (n names) of(name string) *table {
	if t := n[sqltext.Fold(name)]; t != nil {
		return t
	}
	return &table{}
}

func (n names) addObjects(result d1.Result) error {
	var kind, name, table, sql string
	return result.Each("the schema", func() {
		owner := n.of(table)
		switch kind {
		case "trigger":
			owner.Triggers = append(owner.Triggers, trigger{name, sql})
		case "index":
			owner.Indexes = append(owner.Indexes, &index{Name: name, SQL: sql})
		default:
			owner.SQL = sql
		}
	}, &kind, &name, &table, &sql)
}

func (n names) addColumns(result d1.Result) error {
	var table string
	var c column
	return result.Each("the columns", func() { n.of(table).addColumn(c) }, append([]any{&table}, c.destinations()...)...)
}

func (s *Studio) addViewColumns(ctx context.Context, t *table) error {
	results, err := s.read(ctx, d1.SQL("SELECT "+columnList+" FROM pragma_table_xinfo("+sqltext.Literal(t.Name)+") AS c ORDER BY c.cid"))
	if err != nil {
		t.Broken = problemOf(err).message
		return nil
	}
	var c column
	return results[0].Each("the columns of the view "+t.Name, func() { t.addColumn(c) }, c.destinations()...)
}

func (n names) addReferences(result d1.Result) error {
	var table, from string
	var to *string
	var next reference
	return result.Each("the foreign keys", func() {
		owner := n.of(table)
		last := len(owner.References) - 1
		if last < 0 || owner.References[last].id != next.id {
			next.Columns, next.To = []string{}, []string{}
			owner.References = append(owner.References, next)
			last++
		}

		key := &owner.References[last]
		key.Columns = append(key.Columns, from)
		if to == nil {
			primary := n.of(key.Table).keyColumn(len(key.To))
			to = &primary
		}
		key.To = append(key.To, *to)
	}, &table, &next.id, &next.Table, &from, &to, &next.OnUpdate, &next.OnDelete)
}

func (n names) addIndexes(result d1.Result) error {
	var table string
	var part *string
	var next index
	return result.Each("the indexes", func() {
		owner := n.of(table)
		at := slices.IndexFunc(owner.Indexes, func(i *index) bool { return i.Name == next.Name })
		if at < 0 {
			owner.Indexes = append(owner.Indexes, &index{Name: next.Name})
			at = len(owner.Indexes) - 1
		}

		found := owner.Indexes[at]
		found.Unique, found.Origin, found.Partial = next.Unique, next.Origin, next.Partial
		if part == nil {
			part = new(string) // an expression
		}
		found.Columns = append(found.Columns, *part)
	}, &table, &next.Name, &next.Unique, &next.Origin, &next.Partial, &part)
}
