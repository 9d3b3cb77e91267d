package dbstudio

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Kind is how a column's values are shown.
type Kind string

// The kinds. Plain shows a value as SQLite returns it.
const (
	Plain   Kind = ""
	Boolean Kind = "boolean"
	Time    Kind = "time" // Unix seconds or milliseconds, distinguished by their size
	JSON    Kind = "json"
	Image   Kind = "image"  // the key of an object that is an image
	Secret  Kind = "secret" // masked until the user reveals it
)

// describe fills in what follows from names, types and hints. The key of a hint is "table.column".
func (t *table) describe(hints map[string]Kind) {
	for _, c := range t.Columns {
		hint, hinted := hints[strings.ToLower(t.Name+"."+c.Name)]
		switch {
		case hint == Secret || !hinted && secretName(c.Name):
			c.Secret = true
		case hinted:
			c.Kind = hint
		default:
			c.Kind = c.guess()
		}
		c.Indexed = t.sortsQuickly(c.Name)
	}

	_, told := t.order()
	t.Editable = told && !t.Internal && t.Kind == "table"
}

// secretName reports whether a column's name suggests that its values are secrets. Times and IDs of secrets are not.
func secretName(name string) bool {
	name = strings.ToLower(name)
	if strings.HasSuffix(name, "_at") || strings.HasSuffix(name, "_id") && !strings.Contains(name, "secret") {
		return false
	}
	return slices.ContainsFunc([]string{"password", "passwd", "token", "secret", "key", "credential"}, func(word string) bool {
		return strings.Contains(name, word)
	})
}

// guess derives the kind from the declared type, the default and the name.
func (c *column) guess() Kind {
	name, declared := strings.ToLower(c.Name), strings.ToLower(c.Type)
	isInteger := strings.Contains(declared, "int")
	switch {
	case strings.HasPrefix(declared, "bool"):
		return Boolean
	case isInteger && c.Default != nil && (strings.EqualFold(*c.Default, "true") || strings.EqualFold(*c.Default, "false")):
		return Boolean
	case isInteger && (strings.HasPrefix(name, "is_") || strings.HasPrefix(name, "has_")):
		return Boolean
	case isInteger && (name == "at" || strings.HasSuffix(name, "_at")):
		return Time
	case strings.HasPrefix(declared, "json") || strings.HasSuffix(name, "_json"):
		return JSON
	}

	return Plain
}

// untyped reports whether SQLite leaves every value of the column as it is, instead of turning text that looks like a number
// into one, or the other way round (https://www.sqlite.org/datatype3.html#determination_of_column_affinity).
func (c *column) untyped() bool {
	declared := strings.ToUpper(c.Type)
	typed := slices.ContainsFunc([]string{"INT", "CHAR", "CLOB", "TEXT"}, func(word string) bool { return strings.Contains(declared, word) })
	return !typed && (declared == "" || declared == "ANY" || strings.Contains(declared, "BLOB"))
}

func (t *table) column(name string) *column {
	for _, c := range t.Columns {
		if sqltext.SameName(c.Name, name) {
			return c
		}
	}
	return nil
}

// keyColumn returns the name of the primary key's column at an index.
func (t *table) keyColumn(place int) string {
	for _, c := range t.Columns {
		if c.Key == place+1 {
			return c.Name
		}
	}
	return "rowid"
}

// sortsQuickly reports whether an index or the key orders the table by a column.
func (t *table) sortsQuickly(name string) bool {
	return slices.ContainsFunc(t.Indexes, func(i *index) bool {
		return !i.Partial && len(i.Columns) > 0 && sqltext.SameName(i.Columns[0], name)
	}) || t.isRowid(name)
}

// isRowid reports whether a column is an alias of the rowid: the table's only primary key column, of type INTEGER, without an
// index.
func (t *table) isRowid(name string) bool {
	c := t.column(name)
	if c == nil || c.Key != 1 || t.withoutRowid || t.Kind != "table" {
		return false
	}
	alone := !slices.ContainsFunc(t.Columns, func(other *column) bool { return other.Key == 2 })
	indexed := slices.ContainsFunc(t.Indexes, func(i *index) bool { return i.Origin == "pk" })
	return alone && !indexed
}

// order returns the SQL terms that identify and order the table's rows. It reports false if there are none.
func (t *table) order() (terms []string, told bool) {
	if t.Kind != "table" || len(t.Columns) == 0 {
		return nil, false
	}
	if !t.withoutRowid {
		for _, name := range [...]string{"rowid", "_rowid_", "oid"} {
			if t.column(name) == nil || t.isRowid(name) {
				return []string{name}, true
			}
		}
		return nil, false
	}

	for place := range t.Columns {
		if name := t.keyColumn(place); t.column(name) != nil && t.column(name).Key == place+1 {
			terms = append(terms, sqltext.Quote(name))
		}
	}

	return terms, len(terms) > 0
}

// addImplied adds the references that only a column's name suggests, without a foreign key: user_id, if a table user has an id.
func (t *table) addImplied(all names) {
	for _, c := range t.Columns {
		declared := slices.ContainsFunc(t.References, func(r reference) bool { return slices.Contains(r.Columns, c.Name) })
		parent, to := all.of(strings.TrimSuffix(strings.ToLower(c.Name), "_id")), "id"
		if declared || t.Kind != "table" || !strings.HasSuffix(strings.ToLower(c.Name), "_id") || parent.column(to) == nil || parent == t {
			continue
		}
		t.References = append(t.References, reference{
			Columns: []string{c.Name}, Table: parent.Name, To: []string{to}, Implied: true, id: -1,
		})
	}
}
