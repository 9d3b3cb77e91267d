package migrate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/dialect"
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
	clauses []string // what the columns don't say: CHECK, COLLATE, AUTOINCREMENT, STRICT, …
}

type column struct{ name, definition string }

// parent is a foreign key of a table: the table that it refers to, and all of it as text.
type parent struct{ table, onDelete, text string }

type other struct{ kind, name, table, definition string }

const (
	selectColumns = `SELECT m.name AS owner, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
		FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS c WHERE m.type = 'table' ORDER BY m.rowid, c.cid`
	selectParents = `SELECT m.name AS owner, f.id, f."table", f."from", f."to", f.on_update, f.on_delete
		FROM sqlite_master AS m JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' ORDER BY m.rowid, f.id, f.seq`
	selectUnique = `SELECT m.name AS owner, i.name, x.name AS part
		FROM sqlite_master AS m JOIN pragma_index_list(m.name) AS i JOIN pragma_index_xinfo(i.name) AS x
		WHERE m.type = 'table' AND i.origin = 'u' AND x.key = 1 ORDER BY m.rowid, i.name, x.seqno`
)

// inspect reads the schema of a shadow.
func inspect(ctx context.Context, db d1.Database) (schema, error) {
	results, err := db.Batch(ctx, d1.SQL(selectObjects), d1.SQL(selectColumns), d1.SQL(selectParents), d1.SQL(selectUnique))
	if err != nil {
		return schema{}, err
	}
	s := schema{tables: map[string]*table{}, others: map[string]other{}}
	if err := s.addObjects(results[0]); err != nil {
		return schema{}, err
	}
	s.addColumns(results[1])
	s.addParents(results[2])
	s.addUnique(results[3])
	return s, nil
}

func (s schema) addObjects(result d1.Result) error {
	objects := make([]object, len(result.Rows))
	for i, row := range result.Rows {
		objects[i] = readObject(row)
	}
	for _, object := range objects {
		if !object.ours() || kept(object, objects) {
			continue
		}
		tokens, err := significant(object.sql)
		if err != nil {
			return fmt.Errorf("read the definition of %s: %w", object.name, err)
		}
		if object.kind == "table" {
			s.tables[key(object.name)] = &table{name: object.name, virtual: object.virtual(), clauses: clauses(tokens)}
			continue
		}
		kind := object.kind
		if kind == "index" && isUnique(tokens) {
			kind = "unique index"
		}
		s.others[key(object.name)] = other{kind, object.name, object.table, definition(kind, tokens)}
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
	words := []string{strings.ToLower(row.Text(2))}
	if row.Bool(3) {
		words = append(words, "not null")
	}
	if value := row.NullText(4); value != nil {
		words = append(words, "default "+plainDefault(*value))
	}
	if place := row.Int(5); place > 0 {
		words = append(words, fmt.Sprintf("primary key %d", place))
	}
	if hidden := row.Int(6); hidden > 0 {
		words = append(words, fmt.Sprintf("generated %d", hidden))
	}
	return column{row.Text(1), strings.Join(words, " ")}
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
			table.parents = append(table.parents, parent{table: row.Text(2), onDelete: row.Text(6)})
		}
		reference := &table.parents[len(table.parents)-1]
		reference.text += strings.ToLower(fmt.Sprintf("(%s) → %s(%s) on update %s on delete %s",
			row.Text(3), row.Text(2), row.Text(4), row.Text(5), row.Text(6)))
	}
}

// addUnique adds the UNIQUE constraints of tables, as the unique indexes that they are.
func (s schema) addUnique(result d1.Result) {
	for _, row := range result.Rows {
		name := row.Text(1)
		index, seen := s.others[key(name)]
		if !seen {
			index = other{kind: "unique index", name: name, table: row.Text(0), definition: "on " + key(row.Text(0)) + " ( "}
		} else {
			index.definition = strings.TrimSuffix(index.definition, ")") + ", "
		}
		index.definition += key(row.Text(2)) + " )"
		s.others[key(name)] = index
	}
}

// child is a table that refers to another, and what becomes of its rows when the other's are deleted.
type child struct{ table, onDelete string }

// children are those of a table, sorted by name; it is no child of its own.
func (s schema) children(of string) []child {
	var found []child
	for _, name := range keys(s.tables, nil) {
		for _, parent := range s.tables[name].parents {
			if key(parent.table) == key(of) && name != key(of) {
				found = append(found, child{s.tables[name].name, strings.ToUpper(parent.onDelete)})
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

func key(name string) string { return strings.ToLower(name) }

// significant are the tokens of a definition that mean something.
func significant(sql string) ([]dialect.Token, error) {
	statements, err := dialect.Split(sql)
	if err != nil || len(statements) != 1 {
		return nil, err
	}
	return statements[0].Tokens, nil
}

// withColumn is the table with a column renamed.
func (t *table) withColumn(from, to string) *table {
	renamed := *t
	renamed.columns = slices.Clone(t.columns)
	for i, column := range renamed.columns {
		if key(column.name) == key(from) {
			renamed.columns[i].name = to
		}
	}
	return &renamed
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
