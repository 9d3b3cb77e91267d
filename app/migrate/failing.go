//go:build !wasm

package migrate

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/dialect"
)

// unstorable counts the values that a table takes no more: those of another type in a STRICT table, and whatever is no
// integer in an INTEGER PRIMARY KEY.
func (s survivor) unstorable(was, is *table) []question {
	strict := slices.Contains(is.clauses, clause{"strict", ""}) && !slices.Contains(was.clauses, clause{"strict", ""})
	numbers := is.integerKey() && !was.integerKey()
	var found []question
	for _, pair := range s.pairs {
		now, _ := is.column(pair[1])
		condition, about := "", "cannot store"
		if strict {
			condition = foreign(now.kind)
		}
		if numbers && now.primary > 0 {
			condition, about = foreign("integer"), "datatype mismatch"
		}
		if condition == "" || now.generated() {
			continue
		}
		found = append(found, s.ask(was, about, strings.ReplaceAll(condition, "?", quote(pair[1])), "of "+is.name+" whose "+now.name+" is no "+strings.ToUpper(now.kind)))
	}
	return found
}

// foreign is the condition for values, written as ?, that a STRICT table does not take in a column of the type
// (https://www.sqlite.org/stricttables.html); empty if it takes all.
func foreign(kind string) string {
	switch kind {
	case "int", "integer":
		return "typeof(?) = 'blob' OR typeof(?) = 'real' AND CAST(? AS INTEGER) <> ? OR " +
			"typeof(?) = 'text' AND (CAST(? AS NUMERIC) <> ? OR typeof(CAST(? AS NUMERIC)) <> 'integer')"
	case "real":
		return "typeof(?) = 'blob' OR typeof(?) = 'text' AND CAST(? AS NUMERIC) <> ?"
	case "text":
		return "typeof(?) = 'blob'"
	case "blob":
		return "typeof(?) NOT IN ('blob', 'null')"
	}
	return ""
}

// failing computes the file's new generated columns and indexes on every row: some may fail, or be NULL where that is
// refused.
func (s survivor) failing(was *table, now schema) []question {
	is := now.tables[s.present]
	var found []question
	for _, clause := range is.clauses {
		expression, generated := strings.CutPrefix(clause.text, "as ")
		if column, _ := is.column(clause.column); generated && !was.has(clause.column) {
			what := "of " + is.name + " without " + column.name + ", which is generated NOT NULL"
			condition := expression + " IS NULL"
			if !column.notNull {
				what, condition = "of "+is.name+", for "+column.name, "typeof("+expression+") = 'none'"
			}
			found = append(found, s.ask(was, "NOT NULL", condition, what))
		}
	}
	for _, name := range keys(now.others, nil) {
		index := now.others[name]
		if !strings.HasSuffix(index.kind, "index") || key(index.table) != s.present || !mayFail(index.expressions(), stored) {
			continue
		}
		if terms, where := (unique{index: index.name, origin: "c"}).terms(now); len(terms) > 0 {
			condition := "typeof(" + strings.Join(terms, ") || typeof(") + ") = 'none'"
			if where != "" {
				condition = strings.TrimPrefix(where, " AND ") + " AND " + condition // in this order, as SQLite computes it
			}
			found = append(found, s.ask(was, "index", condition, "of "+is.name+", for the index "+index.name))
		}
	}
	return found
}

// updateQuery reads an UPDATE of one table as a query that computes what it sets, on the same rows; empty if it is another
// statement, or reads more.
func updateQuery(s dialect.Statement) string {
	rest := drop(s.Tokens, "UPDATE")
	if len(rest) == len(s.Tokens) || rest[0].Is("OR") {
		return ""
	}
	table, rest := name(rest), behindName(rest)
	if !is(rest, "SET") || outside(rest, "FROM") >= 0 || outside(rest, "RETURNING") >= 0 {
		return ""
	}
	where := outside(rest, "WHERE")
	set := rest[1:]
	if where >= 0 {
		set = rest[1:where]
	}

	var terms []string
	for _, assignment := range split(set) {
		if len(assignment) < 3 || assignment[1].Text != "=" {
			return ""
		}
		terms = append(terms, "count("+canonical(assignment[2:])+")")
	}
	query := "SELECT " + strings.Join(terms, ", ") + " FROM " + quote(table)
	if where >= 0 {
		query += " " + canonical(rest[where:])
	}
	return query
}

// askUpdate has the target compute what an UPDATE sets, of a table that was not copied as a whole: it may fail on a row.
func (p *performance) askUpdate(ctx context.Context, s dialect.Statement, done action) error {
	old := p.line.old[key(done.table)]
	if done.verb != updates || old == "" || !p.apart(old) || p.line.written[old] || p.line.altered {
		return nil
	}
	query := updateQuery(s)
	if query == "" {
		return nil
	}
	_, err := d1.Query(ctx, p.target, query)
	var refused *d1.Error
	if errors.As(err, &refused) {
		return p.putFailing(ctx, p.target, question{query: query, what: "of " + done.table + " that the UPDATE changes"}, refused, s.Line)
	}
	return err
}
