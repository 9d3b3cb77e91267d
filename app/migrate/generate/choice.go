package generate

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
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
		return word(n.Table)
	}
	return word(n.Table) + "." + word(n.Column)
}

// is reports whether both are the same name to SQLite.
func (n Name) is(other Name) bool {
	return sqltext.SameName(n.Table, other.Table) && sqltext.SameName(n.Column, other.Column)
}

// Rename gives a table or column a new name.
type Rename struct {
	Name
	To string
}

// String returns the rename as flags have it.
func (r Rename) String() string { return r.Name.String() + "=" + word(r.To) }

// Fill is the value, an SQL expression, of a column in rows that have none. It may name the row's other columns.
type Fill struct {
	Name
	Value string
}

// String returns the fill as flags have it.
func (f Fill) String() string { return f.Name.String() + "=" + f.Value }

// ParseRename reads TABLE.OLD=NEW.
func ParseRename(text string) (Rename, error) {
	name, rest := parseName(text)
	to, ok := parseTo(rest)
	if !ok || name.Column == "" {
		return Rename{}, fmt.Errorf("%q is not TABLE.OLD=NEW, as in user.nm=name; %s", text, quoting)
	}
	return Rename{name, to}, nil
}

// ParseTableRename reads OLD=NEW.
func ParseTableRename(text string) (Rename, error) {
	name, rest := parseName(text)
	to, ok := parseTo(rest)
	if !ok || name.Table == "" || name.Column != "" {
		return Rename{}, fmt.Errorf("%q is not OLD=NEW, as in users=user; %s", text, quoting)
	}
	return Rename{name, to}, nil
}

// ParseDrop reads TABLE or TABLE.COLUMN.
func ParseDrop(text string) (Name, error) {
	name, rest := parseName(text)
	if name.Table == "" || rest != "" {
		return Name{}, fmt.Errorf("%q is not TABLE or TABLE.COLUMN, as in user.nm; %s", text, quoting)
	}
	return name, nil
}

// ParseFill reads TABLE.COLUMN=EXPRESSION.
func ParseFill(text string) (Fill, error) {
	name, rest := parseName(text)
	value, found := strings.CutPrefix(rest, "=")
	if !found || name.Column == "" || strings.TrimSpace(value) == "" {
		return Fill{}, fmt.Errorf("%q is not TABLE.COLUMN=EXPRESSION, as in user.plan='free'; %s", text, quoting)
	}
	tokens, err := sqltext.Tokens("SELECT (" + value + ")")
	if err != nil || tokens == nil || !oneExpression(tokens[1:]) {
		return Fill{}, fmt.Errorf("%q is not one SQL expression: a text stands in single quotes, as in user.plan='free', and a query in brackets", value)
	}
	return Fill{name, strings.TrimSpace(value)}, nil
}

// oneExpression reports whether the tokens are one bracket, and what is in it one value. A query would have another bracket.
func oneExpression(tokens []d1sql.Token) bool {
	last := len(tokens) - 1
	return last > 1 && tokens[last].Text == ")" && len(sqltext.Bracket(tokens)) == len(tokens) && len(sqltext.SplitCommas(tokens[1:last])) == 1 &&
		!tokens[1].Is("SELECT") && !tokens[1].Is("WITH") && !tokens[1].Is("VALUES")
}

const quoting = `a name with . or = stands in double quotes, as in "my.table"`

// word returns a name as flags have it: in double quotes if it would end too early.
func word(name string) string {
	if strings.ContainsAny(name, `.="`) {
		return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	return name
}

// parseName takes a table, or a table and a column, from the start of a text. What is missing is empty.
func parseName(text string) (name Name, rest string) {
	name.Table, rest = parseWord(text)
	if column, found := strings.CutPrefix(rest, "."); found && name.Table != "" {
		if name.Column, rest = parseWord(column); name.Column == "" {
			return Name{}, text
		}
	}
	return name, rest
}

// parseTo reads = and a name, after which nothing comes.
func parseTo(text string) (name string, ok bool) {
	after, found := strings.CutPrefix(text, "=")
	name, rest := parseWord(after)
	return name, found && name != "" && rest == ""
}

// parseWord takes a name from the start of a text: up to the next . or =, or from double quotes, where two stand for one.
func parseWord(text string) (name, rest string) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text+"=", ".=")
		return text[:end], text[end:]
	}

	for rest = text; strings.HasPrefix(rest, `"`); {
		part, after, closed := strings.Cut(rest[1:], `"`)
		if !closed {
			return "", text
		}
		name, rest = name+part, after
		if strings.HasPrefix(rest, `"`) {
			name += `"`
		}
	}

	return name, rest
}
