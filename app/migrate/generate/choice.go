package generate

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Choices are what two schemas alone don't tell.
type Choices struct {
	Tables  []Rename // of tables
	Columns []Rename
	Drops   []Name // tables and columns that are to go, although others are new
	Fills   []Fill
}

// Name is the name of a table, or of a column of it.
type Name struct {
	Table  string `json:"table"`
	Column string `json:"column,omitempty"`
}

// String returns the name as flags have it.
func (n Name) String() string {
	if n.Column == "" {
		return n.Table
	}
	return n.Table + "." + n.Column
}

// is reports whether both are the same name to SQLite.
func (n Name) is(other Name) bool {
	return sqltext.Fold(n.Table) == sqltext.Fold(other.Table) && sqltext.Fold(n.Column) == sqltext.Fold(other.Column)
}

// Rename gives a table or column a new name.
type Rename struct {
	Name
	To string
}

// String returns the rename as flags have it.
func (r Rename) String() string { return r.Name.String() + "=" + r.To }

// Fill is the value, an SQL expression, of a column in rows that have none. It may name the row's other columns.
type Fill struct {
	Name
	Value string
}

// ParseRename reads TABLE.OLD=NEW.
func ParseRename(text string) (Rename, error) {
	from, to, found := strings.Cut(text, "=")
	name, ok := parseColumn(from)
	if !found || !ok || to == "" || strings.Contains(to, ".") {
		return Rename{}, fmt.Errorf("%q is not TABLE.OLD=NEW, as in user.nm=name", text)
	}
	return Rename{name, to}, nil
}

// ParseTableRename reads OLD=NEW.
func ParseTableRename(text string) (Rename, error) {
	from, to, found := strings.Cut(text, "=")
	if !found || from == "" || to == "" || strings.Contains(text, ".") {
		return Rename{}, fmt.Errorf("%q is not OLD=NEW, as in users=user", text)
	}
	return Rename{Name{Table: from}, to}, nil
}

// ParseDrop reads TABLE or TABLE.COLUMN.
func ParseDrop(text string) (Name, error) {
	if name, ok := parseColumn(text); ok {
		return name, nil
	}
	if text == "" || strings.ContainsAny(text, ".=") {
		return Name{}, fmt.Errorf("%q is not TABLE or TABLE.COLUMN, as in user.nm", text)
	}
	return Name{Table: text}, nil
}

// ParseFill reads TABLE.COLUMN=EXPRESSION.
func ParseFill(text string) (Fill, error) {
	at, value, found := strings.Cut(text, "=")
	name, ok := parseColumn(at)
	if !found || !ok || strings.TrimSpace(value) == "" {
		return Fill{}, fmt.Errorf("%q is not TABLE.COLUMN=EXPRESSION, as in user.plan='free'", text)
	}
	tokens, err := sqltext.Tokens("SELECT (" + value + ")")
	if err != nil || tokens == nil {
		return Fill{}, fmt.Errorf("%q is not one SQL expression: a text stands in single quotes, as in user.plan='free'", value)
	}
	return Fill{name, strings.TrimSpace(value)}, nil
}

func parseColumn(text string) (Name, bool) {
	table, column, found := strings.Cut(text, ".")
	return Name{table, column}, found && table != "" && column != "" && !strings.Contains(column, ".")
}
