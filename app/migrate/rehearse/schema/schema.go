// Package schema describes a database's tables, indexes, views and triggers, compares two schemas, rates the
// differences by what the running Worker relies on, and finds what no longer compiles. It reads SQLite databases only,
// and no rows.
package schema

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Schema is the schema of a database in a form that does not depend on how it was written. Keys are names in lower
// case, as SQLite compares them.
type Schema struct {
	Tables  map[string]*Table
	Objects map[string]Object // indexes, views and triggers

	// Shadowed are triggers with the name of an index or view, such as "trigger v". Objects has only one of the two.
	Shadowed []string
}

// Table is a table, also a virtual one.
type Table struct {
	Name        string
	Virtual     bool
	Columns     []Column
	ForeignKeys []ForeignKey
	Clauses     []Clause    // what the columns don't show: CHECK, COLLATE, AUTOINCREMENT, STRICT, …
	Uniques     []UniqueKey // PRIMARY KEY, UNIQUE, and unique indexes
	sql         string
}

// Column is a column of a table.
type Column struct {
	Name, definition string
	DeclaredType     string // in lower case
	NotNull          bool
	DefaultValue     string // DEFAULT, as an expression; empty if there is none
	Primary          int    // place in the primary key, counted from 1; 0 outside it
	Hidden           int    // as in pragma_table_xinfo: 1 of a virtual table, 2 and 3 generated
}

// Generated reports whether the column is computed.
func (c Column) Generated() bool { return c.Hidden > 1 }

// Stored reports whether the column is computed and stored.
func (c Column) Stored() bool { return c.Hidden == 3 }

// ForeignKey is a foreign key of a table.
type ForeignKey struct {
	Table, OnUpdate, OnDelete string
	From, to                  []string // columns; a `to` is empty if it is the parent's primary key by default
}

// Object is an index, view or trigger.
type Object struct{ Kind, Name, Table, Definition, sql string }

const (
	selectColumns = `SELECT m.name AS owner, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
		FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS c WHERE m.type = 'table' ORDER BY m.rowid, c.cid`
	selectForeignKeys = `SELECT m.name AS owner, f.id, f."table", f."from", f."to", f.on_update, f.on_delete
		FROM sqlite_master AS m JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' ORDER BY m.rowid, f.id, f.seq`
	selectUnique = `SELECT m.name AS owner, i.name, x.name AS part, i.origin, i.partial, x.coll
		FROM sqlite_master AS m JOIN pragma_index_list(m.name) AS i JOIN pragma_index_xinfo(i.name) AS x
		WHERE m.type = 'table' AND i."unique" = 1 AND x.key = 1 ORDER BY m.rowid, i.name, x.seqno`
)

// Inspect reads the schema of a SQLite database.
func Inspect(ctx context.Context, db d1.Database) (Schema, error) {
	results, err := db.Batch(ctx, d1.SQL(catalog.SelectEntries), d1.SQL(catalog.SelectShadowTables),
		d1.SQL(selectColumns), d1.SQL(selectForeignKeys), d1.SQL(selectUnique))
	if err != nil {
		return Schema{}, err
	}
	s := Schema{Tables: map[string]*Table{}, Objects: map[string]Object{}}
	entries, err := catalog.ReadEntries(results[0], results[1])
	if err != nil {
		return Schema{}, err
	}
	if err := s.addObjects(entries); err != nil {
		return Schema{}, err
	}

	for i, add := range [...]func(d1.Result) error{s.addColumns, s.addForeignKeys, s.addUnique} {
		if err := add(results[i+2]); err != nil {
			return Schema{}, err
		}
	}
	s.nameTargets()
	return s, nil
}

func (s *Schema) addObjects(objects []catalog.Entry) error {
	for _, object := range objects {
		if !object.OfSchema() {
			continue
		}
		tokens, err := sqltext.Tokens(object.SQL)
		if err != nil {
			return fmt.Errorf("read the definition of %s: %w", object.Name, err)
		}
		if object.Kind == "table" {
			s.Tables[sqltext.Fold(object.Name)] = &Table{
				Name: object.Name, Virtual: object.Virtual(), Clauses: clauses(tokens, object.Virtual()), sql: object.SQL,
			}
			continue
		}
		kind := object.Kind
		if kind == "index" && isUnique(tokens) {
			kind = "unique index"
		}
		if _, taken := s.Objects[sqltext.Fold(object.Name)]; taken {
			s.Shadowed = append(s.Shadowed, "trigger "+object.Name) // other objects share no names
			if kind == "trigger" {
				continue
			}
		}
		s.Objects[sqltext.Fold(object.Name)] = Object{kind, object.Name, object.Table, definition(kind, tokens), object.SQL}
	}
	return nil
}

func (s Schema) addColumns(result d1.Result) error {
	var owner string
	var c Column
	var byDefault *string
	return result.Each("the columns", func() {
		if table := s.Tables[sqltext.Fold(owner)]; table != nil {
			c.DefaultValue = textOf(byDefault)
			table.Columns = append(table.Columns, describeColumn(c))
		}
	}, &owner, &c.Name, &c.DeclaredType, &c.NotNull, &byDefault, &c.Primary, &c.Hidden)
}

// textOf returns a text that may be NULL, which is "".
func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// describeColumn fills in the definition of a column as SQLite describes it.
func describeColumn(c Column) Column {
	c.DeclaredType = plainType(c.DeclaredType)
	words := []string{c.DeclaredType}
	if c.NotNull {
		words = append(words, "not null")
	}
	if c.DefaultValue != "" {
		words = append(words, "default "+plainDefault(c.DefaultValue))
	}
	if c.Primary > 0 {
		words = append(words, fmt.Sprintf("primary key %d", c.Primary))
	}
	if c.Hidden > 0 {
		words = append(words, fmt.Sprintf("generated %d", c.Hidden))
	}

	c.definition = strings.Join(words, " ")
	return c
}

// plainType writes equal types in the same way: VARCHAR( 20 ) and varchar(20).
func plainType(declared string) string {
	text := strings.Join(strings.Fields(strings.ToLower(declared)), " ")
	for _, mark := range [...]string{"(", ")", ","} {
		parts := strings.Split(text, mark)
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		text = strings.Join(parts, mark)
	}
	return text
}

// plainDefault writes equal defaults in the same way: false and 0, (unixepoch()) and unixepoch().
func plainDefault(value string) string {
	tokens, err := sqltext.Tokens(value)
	if err != nil {
		return value
	}

	for len(tokens) > 2 && tokens[0].Text == "(" && len(sqltext.Bracket(tokens)) == len(tokens) {
		tokens = tokens[1 : len(tokens)-1]
	}
	if len(tokens) == 1 && tokens[0].Kind == d1sql.Quoted {
		return sqltext.Literal(tokens[0].Name()) // SQLite reads it as a string
	}

	switch text := sqltext.Canonical(tokens); text {
	case "false":
		return "0"
	case "true":
		return "1"
	default:
		return text
	}
}

func (s Schema) addForeignKeys(result d1.Result) error {
	var owner, parent, from, onUpdate, onDelete, last string
	var to *string
	var id int64
	return result.Each("the foreign keys", func() {
		table := s.Tables[sqltext.Fold(owner)]
		if table == nil {
			return
		}
		if key := owner + fmt.Sprint(id); key != last {
			last = key
			table.ForeignKeys = append(table.ForeignKeys, ForeignKey{
				Table: parent, OnUpdate: strings.ToUpper(onUpdate), OnDelete: strings.ToUpper(onDelete),
			})
		}

		reference := &table.ForeignKeys[len(table.ForeignKeys)-1]
		reference.From = append(reference.From, from)
		reference.to = append(reference.to, textOf(to))
	}, &owner, &id, &parent, &from, &to, &onUpdate, &onDelete)
}

// nameTargets fills in the primary key's columns for foreign keys that name no columns.
func (s Schema) nameTargets() {
	for _, table := range s.Tables {
		for i, parent := range table.ForeignKeys {
			if to := s.Tables[sqltext.Fold(parent.Table)]; to != nil && slices.Contains(parent.to, "") && len(to.PrimaryKey()) == len(parent.From) {
				table.ForeignKeys[i].to = to.PrimaryKey()
			}
		}
	}
}

// Text returns the whole foreign key: "(user_id) → user(id) on update no action on delete cascade".
func (p ForeignKey) Text() string {
	var text strings.Builder
	for i, from := range p.From {
		fmt.Fprintf(&text, "(%s) → %s(%s) on update %s on delete %s", from, p.Table, p.to[i], p.OnUpdate, p.OnDelete)
	}
	return sqltext.Fold(text.String())
}

// TargetColumns returns the columns that the foreign key refers to.
func (p ForeignKey) TargetColumns(to *Table) []string {
	if slices.Contains(p.to, "") {
		return to.PrimaryKey()
	}
	return p.to
}

// Child is a table that refers to another, and what happens to its rows when the other's are deleted.
type Child struct{ Table, OnDelete string }

// Children returns a table's children, sorted by name, without itself.
func (s Schema) Children(of string) []Child {
	var found []Child
	for _, name := range Names(s.Tables, nil) {
		for _, parent := range s.Tables[name].ForeignKeys {
			if sqltext.SameName(parent.Table, of) && name != sqltext.Fold(of) {
				found = append(found, Child{s.Tables[name].Name, parent.OnDelete})
			}
		}
	}
	return found
}

// Column returns the column of that name.
func (t *Table) Column(name string) (Column, bool) {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return sqltext.SameName(c.Name, name) })
	if i < 0 {
		return Column{}, false
	}
	return t.Columns[i], true
}

// WithoutIndexNames returns the schema with indexes known by their definitions, because two histories may name the
// same index differently, and without the table that drizzle's migrator leaves.
func (s Schema) WithoutIndexNames() Schema {
	plain := Schema{Tables: s.Tables, Objects: map[string]Object{}}
	delete(plain.Tables, "__drizzle_migrations")
	for name, object := range s.Objects {
		if strings.HasSuffix(object.Kind, "index") {
			name, object.Name = object.Kind+" "+object.Definition, "of "+object.Table
		}
		plain.Objects[name] = object
	}
	return plain
}

// Names returns the keys of both maps, sorted.
func Names[V any](one, other map[string]V) []string {
	var names []string
	for name := range one {
		names = append(names, name)
	}
	for name := range other {
		if _, both := one[name]; !both {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}
