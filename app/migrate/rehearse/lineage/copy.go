package lineage

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Copy is a file's INSERT … SELECT or CREATE TABLE … AS SELECT.
type Copy struct {
	Line     int
	From     string   // the table that is read, in lower case; empty if there are several, or a SELECT
	To       string   // the table that is written to, by its present name in lower case
	Old      string   // the table that is read, by its name before the file; empty if the file made it
	Direct   bool     // the target can be asked the same SELECT, because nothing that it reads has changed
	Tolerant bool     // OR IGNORE, OR REPLACE, REPLACE or ON CONFLICT: rows that a constraint refuses don't fail
	Columns  []string // that are written to, in lower case; none if the statement creates the table
	items    [][]d1sql.Token
	query    string // the SELECT
	Whole    bool   // it reads a whole table: no WHERE, no LIMIT, no DISTINCT
}

// readCopy reads a statement that copies rows. WITH may come before INSERT or after it.
func readCopy(s d1sql.Statement) (Copy, bool) {
	tokens, query := s.Tokens, []d1sql.Token{}
	if tokens[0].Is("WITH") {
		tokens = sqltext.MainVerb(tokens)
		query = s.Tokens[:len(s.Tokens)-len(tokens)]
	}
	at := sqltext.IndexOutside(tokens, "SELECT")
	if at < 0 || !sqltext.StartsWith(tokens, "CREATE", "TABLE") && !sqltext.StartsWith(tokens, "INSERT") && !sqltext.StartsWith(tokens, "REPLACE") {
		return Copy{}, false
	}
	head, rest := tokens[:at], tokens[at:]
	if with := sqltext.IndexOutside(head, "WITH"); with >= 0 {
		query, head = head[with:], head[:with]
	}

	found := Copy{Line: s.Line, To: sqltext.Fold(sqltext.ActionOf(s).Table), query: sqltext.Canonical(slices.Concat(query, rest))}
	found.Tolerant = head[0].Is("REPLACE") || len(head) > 1 && head[1].Is("OR") || sqltext.IndexOutside(rest, "CONFLICT") >= 0
	if open := slices.IndexFunc(head, func(t d1sql.Token) bool { return t.Text == "(" }); open >= 0 && !sqltext.StartsWith(head, "CREATE") {
		for _, part := range sqltext.BracketItems(sqltext.Bracket(head[open:])) {
			found.Columns = append(found.Columns, sqltext.Fold(sqltext.Name(part)))
		}
	}
	from := sqltext.IndexOutside(rest, "FROM")
	if from < 0 {
		from = len(rest)
	}
	found.items = sqltext.SplitCommas(sqltext.Without(sqltext.Without(rest[1:from], "DISTINCT"), "ALL"))
	if from < len(rest) {
		found.From = sourceTable(rest[from+1:])
		found.Whole = len(query) == 0 && !rest[1].Is("DISTINCT") && unrestricted(sqltext.AfterName(rest[from+1:]))
	}
	if len(query) > 0 {
		found.From = "" // WITH may give the name another meaning
	}
	return found, true
}

// unrestricted reports whether the tokens after a table's name leave no row out: nothing but an order.
func unrestricted(tokens []d1sql.Token) bool {
	return len(tokens) == 0 || tokens[0].Is("ORDER") && sqltext.IndexOutside(tokens, "LIMIT") < 0
}

// sourceTable returns the table after FROM, in lower case; empty if there are several, or a SELECT.
func sourceTable(tokens []d1sql.Token) string {
	end := len(tokens)
	for _, keyword := range [...]string{"WHERE", "GROUP", "ORDER", "LIMIT", "WINDOW"} {
		if at := sqltext.IndexOutside(tokens, keyword); at >= 0 {
			end = min(end, at)
		}
	}
	if len(sqltext.SplitCommas(tokens[:end])) != 1 {
		return ""
	}

	for _, keyword := range [...]string{"JOIN", "UNION", "EXCEPT", "INTERSECT"} {
		if sqltext.IndexOutside(tokens, keyword) >= 0 {
			return ""
		}
	}

	return sqltext.Fold(sqltext.Name(tokens))
}

// plainColumn returns the column that the i-th value is; empty if it is an expression.
func (c Copy) plainColumn(i int) string {
	item := c.items[i]
	if n := len(item); n > 2 && item[n-2].Is("AS") {
		item = item[:n-2]
	}
	if n := len(item); n == 1 || n == 3 && item[1].Text == "." {
		return sqltext.Fold(item[n-1].Name())
	}
	return ""
}

// With returns the beginning of a query on what the copy reads, as c.
func (c Copy) With() string {
	if len(c.Columns) == 0 {
		return "WITH c AS (" + c.query + ") "
	}
	quoted := make([]string, len(c.Columns))
	for i, column := range c.Columns {
		quoted[i] = sqltext.Quote(column)
	}
	return "WITH c(" + strings.Join(quoted, ", ") + ") AS (" + c.query + ") "
}

// sources returns the column that is read for each column that is written; empty for an expression.
func (c Copy) sources(read []schema.Column) []string {
	var found []string
	for i, item := range c.items {
		if item[len(item)-1].Text != "*" {
			found = append(found, c.plainColumn(i))
			continue
		}
		for _, column := range read {
			found = append(found, sqltext.Fold(column.Name))
		}
	}
	return found
}
