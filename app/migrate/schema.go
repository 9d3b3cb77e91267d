//go:build !wasm

package migrate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
)

// schema is what a database's tables look like, in a form that two ways of writing the same share. Keys are names in
// lower case, as SQLite compares them.
type schema struct {
	tables map[string]*table
	others map[string]other // indexes, views and triggers
}

type table struct {
	name    string
	virtual bool
	columns []column
	parents []parent
	clauses []clause // what the columns don't say: CHECK, COLLATE, AUTOINCREMENT, STRICT, …
	uniques []unique // PRIMARY KEY, UNIQUE, and unique indexes
	sql     string
}

type column struct {
	name, definition string
	kind             string // declared type, in lower case
	notNull          bool
	fallback         string // DEFAULT, as an expression; empty if there is none
	primary          int    // place in the primary key, counted from 1; 0 outside it
	hidden           int    // as pragma_table_xinfo tells it: 1 of a virtual table, 2 and 3 generated
}

func (c column) generated() bool { return c.hidden > 1 }

// parent is a foreign key of a table.
type parent struct {
	table, onUpdate, onDelete string
	from, to                  []string // columns; a `to` is empty if it is of the parent's primary key by default
}

type other struct{ kind, name, table, definition, sql string }

const (
	selectColumns = `SELECT m.name AS owner, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
		FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS c WHERE m.type = 'table' ORDER BY m.rowid, c.cid`
	selectParents = `SELECT m.name AS owner, f.id, f."table", f."from", f."to", f.on_update, f.on_delete
		FROM sqlite_master AS m JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' ORDER BY m.rowid, f.id, f.seq`
	selectUnique = `SELECT m.name AS owner, i.name, x.name AS part, i.origin, i.partial
		FROM sqlite_master AS m JOIN pragma_index_list(m.name) AS i JOIN pragma_index_xinfo(i.name) AS x
		WHERE m.type = 'table' AND i."unique" = 1 AND x.key = 1 ORDER BY m.rowid, i.name, x.seqno`
)

// inspect reads the schema of a shadow.
func inspect(ctx context.Context, db d1.Database) (schema, error) {
	results, err := db.Batch(ctx, d1.SQL(selectObjects), d1.SQL(selectShadows),
		d1.SQL(selectColumns), d1.SQL(selectParents), d1.SQL(selectUnique))
	if err != nil {
		return schema{}, err
	}
	s := schema{tables: map[string]*table{}, others: map[string]other{}}
	if err := s.addObjects(withoutShadows(readObjects(results[0]), results[1])); err != nil {
		return schema{}, err
	}
	s.addColumns(results[2])
	s.addParents(results[3])
	s.addUnique(results[4])
	s.nameTargets()
	return s, nil
}

func (s schema) addObjects(objects []object) error {
	for _, object := range objects {
		if !object.ours() {
			continue
		}
		tokens, err := significant(object.sql)
		if err != nil {
			return fmt.Errorf("read the definition of %s: %w", object.name, err)
		}
		if object.kind == "table" {
			s.tables[key(object.name)] = &table{
				name: object.name, virtual: object.virtual(), clauses: clauses(tokens, object.virtual()), sql: object.sql,
			}
			continue
		}
		kind := object.kind
		if kind == "index" && isUnique(tokens) {
			kind = "unique index"
		}
		s.others[key(object.name)] = other{kind, object.name, object.table, definition(kind, tokens), object.sql}
	}
	return nil
}

func (s schema) addColumns(result d1.Result) {
	for _, row := range result.Rows {
		if table := s.tables[key(row.Text(0))]; table != nil {
			table.columns = append(table.columns, readColumn(row))
		}
	}
}

func readColumn(row d1.Row) column {
	c := column{
		name: row.Text(1), kind: strings.ToLower(row.Text(2)), notNull: row.Bool(3), fallback: row.Text(4),
		primary: int(row.Int(5)), hidden: int(row.Int(6)),
	}
	words := []string{c.kind}
	if c.notNull {
		words = append(words, "not null")
	}
	if c.fallback != "" {
		words = append(words, "default "+plainDefault(c.fallback))
	}
	if c.primary > 0 {
		words = append(words, fmt.Sprintf("primary key %d", c.primary))
	}
	if c.hidden > 0 {
		words = append(words, fmt.Sprintf("generated %d", c.hidden))
	}
	c.definition = strings.Join(words, " ")
	return c
}

// plainDefault writes a default the one way for false and 0, and for (unixepoch()) and unixepoch().
func plainDefault(value string) string {
	tokens, err := significant(value)
	if err != nil {
		return value
	}
	for len(tokens) > 2 && tokens[0].Text == "(" && len(bracket(tokens)) == len(tokens) {
		tokens = tokens[1 : len(tokens)-1]
	}
	if len(tokens) == 1 && tokens[0].Kind == d1sql.Quoted {
		return literal(tokens[0].Name()) // SQLite takes it for a text
	}
	switch text := canonical(tokens); text {
	case "false":
		return "0"
	case "true":
		return "1"
	default:
		return text
	}
}

func (s schema) addParents(result d1.Result) {
	last := ""
	for _, row := range result.Rows {
		table := s.tables[key(row.Text(0))]
		if table == nil {
			continue
		}
		if id := row.Text(0) + fmt.Sprint(row.Int(1)); id != last {
			last = id
			table.parents = append(table.parents, parent{
				table: row.Text(2), onUpdate: strings.ToUpper(row.Text(5)), onDelete: strings.ToUpper(row.Text(6)),
			})
		}
		reference := &table.parents[len(table.parents)-1]
		reference.from = append(reference.from, row.Text(3))
		reference.to = append(reference.to, row.Text(4))
	}
}

// nameTargets has foreign keys that name no columns name those of the primary key, which they refer to.
func (s schema) nameTargets() {
	for _, table := range s.tables {
		for i, parent := range table.parents {
			if to := s.tables[key(parent.table)]; to != nil && slices.Contains(parent.to, "") && len(to.primaryKey()) == len(parent.from) {
				table.parents[i].to = to.primaryKey()
			}
		}
	}
}

// text is all of the foreign key: "(user_id) → user(id) on update no action on delete cascade".
func (p parent) text() string {
	var text strings.Builder
	for i, from := range p.from {
		fmt.Fprintf(&text, "(%s) → %s(%s) on update %s on delete %s", from, p.table, p.to[i], p.onUpdate, p.onDelete)
	}
	return strings.ToLower(text.String())
}

// target are the columns that the foreign key refers to.
func (p parent) target(to *table) []string {
	if slices.Contains(p.to, "") {
		return to.primaryKey()
	}
	return p.to
}

// child is a table that refers to another, and what becomes of its rows when the other's are deleted.
type child struct{ table, onDelete string }

// children are those of a table, sorted by name; it is no child of its own.
func (s schema) children(of string) []child {
	var found []child
	for _, name := range keys(s.tables, nil) {
		for _, parent := range s.tables[name].parents {
			if key(parent.table) == key(of) && name != key(of) {
				found = append(found, child{s.tables[name].name, parent.onDelete})
			}
		}
	}
	return found
}

func (t *table) column(name string) (column, bool) {
	i := slices.IndexFunc(t.columns, func(c column) bool { return key(c.name) == key(name) })
	if i < 0 {
		return column{}, false
	}
	return t.columns[i], true
}

// nameless is the schema with indexes known by what they are: two histories name the same index differently. Drizzle's
// own table, which its migrator leaves, is no part of it.
func (s schema) nameless() schema {
	plain := schema{tables: s.tables, others: map[string]other{}}
	delete(plain.tables, "__drizzle_migrations")
	for name, object := range s.others {
		if strings.HasSuffix(object.kind, "index") {
			name, object.name = object.kind+" "+object.definition, "of "+object.table
		}
		plain.others[name] = object
	}
	return plain
}
