//go:build !wasm

package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
)

// copying is an INSERT … SELECT or CREATE TABLE … AS SELECT of a file.
type copying struct {
	line    int
	old     string   // the table that was there before the file and is read; empty if another is
	direct  bool     // the target can be asked the same SELECT: nothing that it reads has changed before
	columns []string // that the rows are written to, in lower case; none of a table that the statement makes
	items   [][]d1sql.Token
	query   string // the SELECT
	whole   bool   // it names a table and nothing else: no WHERE, no LIMIT
}

// copyingOf reads a statement as one that copies.
func copyingOf(s d1sql.Statement) (copying, bool) {
	at := outside(s.Tokens, "SELECT")
	if at < 0 || !is(s.Tokens, "CREATE", "TABLE") && !is(s.Tokens, "INSERT") && !is(s.Tokens, "REPLACE") {
		return copying{}, false
	}
	head, rest := s.Tokens[:at], s.Tokens[at:]
	found := copying{line: s.Line, query: canonical(rest)}
	if open := slices.IndexFunc(head, func(t d1sql.Token) bool { return t.Text == "(" }); open >= 0 {
		for _, part := range parts(bracket(head[open:])) {
			found.columns = append(found.columns, key(name(part)))
		}
	}
	from := outside(rest, "FROM")
	if from < 0 {
		from = len(rest)
	}
	found.items = split(drop(drop(rest[1:from], "DISTINCT"), "ALL"))
	if from < len(rest) {
		found.old, found.whole = key(name(rest[from+1:])), len(behindName(rest[from+1:])) == 0
	}
	return found, true
}

// outside is the place of a keyword that stands in no bracket; negative if there is none.
func outside(tokens []d1sql.Token, keyword string) int {
	depth := 0
	for i, token := range tokens {
		switch {
		case token.Text == "(":
			depth++
		case token.Text == ")":
			depth--
		case depth == 0 && token.Is(keyword):
			return i
		}
	}
	return -1
}

// noteCopy notes a statement that copies, before it runs.
func (p *performance) noteCopy(ctx context.Context, s d1sql.Statement) error {
	found, copies := copyingOf(s)
	if !copies {
		return nil
	}
	if done := actionOf(s); len(found.columns) == 0 && done.verb != creates {
		columns, err := d1.Query(ctx, p.tx, "SELECT name FROM pragma_table_info("+literal(done.table)+")")
		if err != nil {
			return err
		}
		for _, row := range columns.Rows {
			found.columns = append(found.columns, key(row.Text(0)))
		}
	}
	found.old = p.line.old[found.old]
	found.direct = found.old != "" && p.apart(found.old) && !p.line.altered
	for _, word := range words(found.query) {
		if old := p.line.old[word]; old != "" && (p.line.written[old] || p.dirty[old]) || old == "" && p.made[word] {
			found.direct = false
		}
	}
	p.copies = append(p.copies, found)
	return nil
}

// target is the column that the i-th value is written to; empty if only the table's order tells.
func (c copying) target(i int) string {
	for _, item := range c.items[:i+1] {
		if item[len(item)-1].Text == "*" {
			return ""
		}
	}
	if len(c.columns) > i {
		return c.columns[i]
	}
	item := c.items[i]
	if n := len(item); n == 1 || n > 1 && (item[n-2].Is("AS") || item[n-2].Text == "." && n == 3) {
		return key(item[n-1].Name())
	}
	return ""
}

// plain is the column that the i-th value is, if it is nothing else.
func (c copying) plain(i int) string {
	item := c.items[i]
	if n := len(item); n > 2 && item[n-2].Is("AS") {
		item = item[:n-2]
	}
	if n := len(item); n == 1 || n == 3 && item[1].Text == "." {
		return key(item[n-1].Name())
	}
	return ""
}

// computed are the columns of a table that the copy does not take from themselves, by their old names.
func (c copying) computed(was *table) []string {
	var found, untouched []string
	for i, item := range c.items {
		source, target := c.plain(i), c.target(i)
		switch {
		case source == "*", item[len(item)-1].Text == "*":
		case source != "" && (source == target || target == "" || !was.has(source) || !was.has(target)):
			untouched = append(untouched, source)
		case target != "":
			found = append(found, target)
		default:
			found = append(found, words(canonical(item))...)
		}
	}
	return slices.DeleteFunc(found, func(column string) bool { return !was.has(column) || slices.Contains(untouched, column) })
}

// copied finds what a rebuilt table's copy makes of rows that are not rehearsed on: values that are others, and rows that
// are not copied. What can't be asked of the target counts as changed.
func (p *performance) copied(ctx context.Context, s survivor) ([]difference, error) {
	was := p.rehearsal.now.tables[s.old]
	if !s.rebuilt || !p.apart(s.old) {
		return nil, nil
	}
	var found []difference
	for _, copy := range p.copies {
		if copy.old != "" && copy.old != s.old {
			continue
		}
		for _, column := range copy.computed(was) {
			changed, err := p.askCopy(ctx, copy, was, column)
			if err != nil {
				return nil, err
			}
			if changed.rows != 0 {
				found = append(found, changed)
			}
		}
	}
	return found, p.askLoss(ctx, s, was)
}

// askCopy asks how many values of a column the copy changes. Their number is negative if that can't be asked.
func (p *performance) askCopy(ctx context.Context, c copying, was *table, column string) (difference, error) {
	unknown := difference{column: column, rows: -1}
	primary := was.primaryKey()
	if !c.direct || len(primary) == 0 {
		return unknown, nil
	}
	same := make([]string, len(primary))
	for i, name := range primary {
		same[i] = "o." + quote(name) + " = c." + quote(name)
	}
	result, err := d1.Query(ctx, p.target, c.with()+"SELECT count(*) AS n, min(o."+rowKey+") AS one FROM (SELECT "+was.keyText()+" AS "+rowKey+", * FROM "+quote(was.name)+
		") AS o JOIN c ON "+strings.Join(same, " AND ")+" WHERE quote(o."+quote(column)+") <> quote(c."+quote(column)+")")
	var refused *d1.Error
	if errors.As(err, &refused) {
		return unknown, nil
	}
	if err != nil {
		return unknown, err
	}
	return difference{column, int(result.Rows[0].Int(0)), result.Rows[0].Text(1)}, nil
}

// with begins a query on what the copy reads, as c.
func (c copying) with() string {
	if len(c.columns) == 0 {
		return "WITH c AS (" + c.query + ") "
	}
	quoted := make([]string, len(c.columns))
	for i, column := range c.columns {
		quoted[i] = quote(column)
	}
	return "WITH c(" + strings.Join(quoted, ", ") + ") AS (" + c.query + ") "
}

// askLoss refuses a copy that leaves rows out, if it is the only one of its table.
func (p *performance) askLoss(ctx context.Context, s survivor, was *table) error {
	var of []copying
	for _, copy := range p.copies {
		if copy.old == s.old {
			of = append(of, copy)
		}
	}
	if len(of) != 1 || of[0].whole || !of[0].direct || p.line.deleted[s.old] {
		return nil
	}
	result, err := d1.Query(ctx, p.target, of[0].with()+"SELECT (SELECT count(*) FROM "+quote(was.name)+") AS had, (SELECT count(*) FROM c) AS n")
	var refused *d1.Error
	if errors.As(err, &refused) {
		return nil
	}
	if err != nil {
		return err
	}
	if had, n := result.Rows[0].Int(0), result.Rows[0].Int(1); n < had && !slices.ContainsFunc(p.refusals, func(r Refusal) bool { return r.Kind == Losing }) {
		p.refusals = append(p.refusals, Refusal{
			Losing, p.file.Name, of[0].line, fmt.Sprintf("the table %s would have lost rows: %d of %d are not copied", was.name, had-n, had),
			"See what the file copies. If rows are to go, delete them in a statement of its own.",
		})
	}
	return nil
}
