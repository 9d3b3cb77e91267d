package dbstudio

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// schemaBody is the schema as the page draws it.
type schemaBody struct {
	Tables []*table `json:"tables"`
}

// Cloudflare's own tables, _cf_*, are left out: D1 lets nobody read them.
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

// readTables reads the schema as it is now.
func (s *Studio) readTables(ctx context.Context) ([]*table, error) {
	results, err := s.read(ctx, d1.SQL(selectTables), d1.SQL(selectObjects), d1.SQL(selectColumns),
		d1.SQL(selectReferences), d1.SQL(selectIndexes))
	if err != nil {
		return nil, err
	}

	var tables []*table
	for _, row := range results[0].Rows {
		if name := row.Text(0); name != "sqlite_schema" {
			tables = append(tables, newTable(name, row.Text(1), row.Bool(2)))
		}
	}
	found := byName(tables)
	found.addObjects(results[1].Rows)
	found.addColumns(results[2].Rows)
	found.addReferences(results[3].Rows)
	found.addIndexes(results[4].Rows)
	for _, t := range tables {
		if t.Kind == "view" {
			s.addViewColumns(ctx, t)
		}
	}
	for _, t := range tables {
		t.describe(s.Hints)
		t.imply(found)
	}

	return tables, nil
}

// find is a table of the schema as it is now.
func (s *Studio) find(ctx context.Context, name string) (*table, error) {
	tables, err := s.tables(ctx)
	if err != nil {
		return nil, err
	}
	return find(tables, name)
}

func find(tables []*table, name string) (*table, error) {
	for _, t := range tables {
		if strings.EqualFold(t.Name, name) {
			return t, nil
		}
	}
	return nil, &problem{http.StatusNotFound, "request", "There is no table " + name + "."}
}

// names are tables by their names in lower case.
type names map[string]*table

func byName(tables []*table) names {
	found := names{}
	for _, t := range tables {
		found[strings.ToLower(t.Name)] = t
	}
	return found
}

// of is the table that a row is about; one that was made between two statements is left out.
func (n names) of(name string) *table {
	if t := n[strings.ToLower(name)]; t != nil {
		return t
	}
	return &table{}
}

func (n names) addObjects(rows []d1.Row) {
	for _, row := range rows {
		kind, name, owner, sql := row.Text(0), row.Text(1), n.of(row.Text(2)), row.Text(3)
		switch kind {
		case "trigger":
			owner.Triggers = append(owner.Triggers, trigger{name, sql})
		case "index":
			owner.Indexes = append(owner.Indexes, &index{Name: name, SQL: sql})
		default:
			owner.SQL = sql
		}
	}
}

func (n names) addColumns(rows []d1.Row) {
	for _, row := range rows {
		owner := n.of(row.Text(0))
		owner.Columns = append(owner.Columns, newColumn(row[1:]))
	}
}

func (s *Studio) addViewColumns(ctx context.Context, t *table) {
	results, err := s.read(ctx, d1.SQL("SELECT "+columnList+" FROM pragma_table_xinfo("+sqltext.Literal(t.Name)+") AS c ORDER BY c.cid"))
	if err != nil {
		t.Broken = problemOf(err).message
		return
	}
	for _, row := range results[0].Rows {
		t.Columns = append(t.Columns, newColumn(row))
	}
}

func (n names) addReferences(rows []d1.Row) {
	for _, row := range rows {
		owner, id := n.of(row.Text(0)), row.Int(1)
		last := len(owner.References) - 1
		if last < 0 || owner.References[last].id != id {
			owner.References = append(owner.References, reference{
				Table: row.Text(2), OnUpdate: row.Text(5), OnDelete: row.Text(6), id: id, Columns: []string{}, To: []string{},
			})
			last++
		}
		key := &owner.References[last]
		key.Columns = append(key.Columns, row.Text(3))
		if to, given := row[4].(string); given {
			key.To = append(key.To, to)
		} else { // the parent's primary key
			key.To = append(key.To, n.of(key.Table).keyColumn(len(key.To)))
		}
	}
}

func (n names) addIndexes(rows []d1.Row) {
	for _, row := range rows {
		owner, name := n.of(row.Text(0)), row.Text(1)
		at := slices.IndexFunc(owner.Indexes, func(i *index) bool { return i.Name == name })
		if at < 0 {
			owner.Indexes = append(owner.Indexes, &index{Name: name})
			at = len(owner.Indexes) - 1
		}
		found := owner.Indexes[at]
		found.Unique, found.Origin, found.Partial = row.Bool(2), row.Text(3), row.Bool(4)
		found.Columns = append(found.Columns, row.Text(5))
	}
}
