//go:build !wasm

package migrate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/dialect"
)

// copying is an INSERT … SELECT or CREATE TABLE … AS SELECT of a file.
type copying struct {
	line    int
	from    string   // the table that is read, in lower case; empty if there are several, or a SELECT
	to      string   // the table that is written to, by its present name in lower case
	old     string   // the table that was there before the file and is read; empty if another is
	direct  bool     // the target can be asked the same SELECT: nothing that it reads has changed before
	columns []string // that the rows are written to, in lower case; none of a table that the statement makes
	items   [][]dialect.Token
	query   string // the SELECT
	whole   bool   // it names a table and nothing else: no WHERE, no LIMIT
}

// copyingOf reads a statement as one that copies. WITH may stand before INSERT or behind it.
func copyingOf(s dialect.Statement) (copying, bool) {
	tokens, query := s.Tokens, []dialect.Token{}
	if tokens[0].Is("WITH") {
		tokens = mainVerb(tokens)
		query = s.Tokens[:len(s.Tokens)-len(tokens)]
	}
	at := outside(tokens, "SELECT")
	if at < 0 || !is(tokens, "CREATE", "TABLE") && !is(tokens, "INSERT") && !is(tokens, "REPLACE") {
		return copying{}, false
	}
	head, rest := tokens[:at], tokens[at:]
	if with := outside(head, "WITH"); with >= 0 {
		query, head = head[with:], head[:with]
	}

	found := copying{line: s.Line, to: key(actionOf(s).table), query: canonical(slices.Concat(query, rest))}
	if open := slices.IndexFunc(head, func(t dialect.Token) bool { return t.Text == "(" }); open >= 0 && !is(head, "CREATE") {
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
		found.from, found.whole = sourceTable(rest[from+1:]), len(query) == 0 && len(behindName(rest[from+1:])) == 0
	}
	if len(query) > 0 {
		found.from = "" // WITH may give the name to something else
	}
	return found, true
}

// sourceTable is the table that stands behind FROM, in lower case; empty if there are several, or SELECTs.
func sourceTable(tokens []dialect.Token) string {
	end := len(tokens)
	for _, keyword := range [...]string{"WHERE", "GROUP", "ORDER", "LIMIT", "WINDOW"} {
		if at := outside(tokens, keyword); at >= 0 {
			end = min(end, at)
		}
	}
	if len(split(tokens[:end])) != 1 {
		return ""
	}
	for _, keyword := range [...]string{"JOIN", "UNION", "EXCEPT", "INTERSECT"} {
		if outside(tokens, keyword) >= 0 {
			return ""
		}
	}
	return key(name(tokens))
}

// outside is the place of a keyword that stands in no bracket; negative if there is none.
func outside(tokens []dialect.Token, keyword string) int {
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

// read reads a statement that copies, before it runs; nil if it is another.
func (p *copyings) read(ctx context.Context, s dialect.Statement) (*copying, error) {
	found, copies := copyingOf(s)
	if !copies {
		return nil, nil
	}
	if len(found.columns) == 0 && actionOf(s).verb != creates {
		columns, err := p.columnsOf(ctx, found.to)
		if err != nil {
			return nil, err
		}
		for _, column := range columns {
			found.columns = append(found.columns, key(column.name))
		}
	}
	found.old = p.line.old[found.from]
	found.direct = !p.line.altered
	for _, word := range words(found.query) {
		if old := p.line.old[word]; old != "" && (p.line.written[old] || p.dirty[old]) || old == "" && p.made[word] {
			found.direct = false
		}
	}
	return &found, nil
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

// copied finds what a rebuilt table's copy makes of rows that are not rehearsed on: values that are others, and rows that
// are not copied. What can't be asked of the target counts as changed.
func (p *performance) copied(ctx context.Context, s survivor) ([]difference, error) {
	was := p.rehearsal.now.tables[s.old]
	if !s.rebuilt || !p.apart(s.old) {
		return nil, nil
	}
	var found []difference
	for _, pair := range s.pairs {
		if changed := p.line.changedAfter[s.present]; changed[pair[1]] {
			found = append(found, difference{pair[0], -1, "changed after they were copied: those of rows beyond the ones looked at may be others"})
			continue
		}
		if column, _ := was.column(pair[0]); column.generated() || p.copies.fromItself(s, pair) {
			continue
		}
		for _, copy := range p.copies.list {
			if copy.to != s.present {
				continue
			}
			changed, err := p.askCopy(ctx, copy, was, s.pairs, pair)
			if err != nil {
				return nil, err
			}
			if changed.rows != 0 {
				found = append(found, changed)
			}
		}
	}
	p.refuseDeleted(s, was)
	return found, p.askLoss(ctx, s, was)
}

// askCopy asks how many values of a column the copy changes. Their number is negative if that can't be asked.
func (p *performance) askCopy(ctx context.Context, c copying, was *table, pairs [][2]string, pair [2]string) (difference, error) {
	unknown := difference{pair[0], -1, "copied from an expression or another column: those of rows beyond the ones looked at may change"}
	primary := was.primaryKey()
	present := translate(primary, pairs)
	if !c.direct || len(primary) == 0 || len(primary) != len(present) {
		return unknown, nil
	}
	same := make([]string, len(primary))
	for i, name := range primary {
		same[i] = "o." + quote(name) + " = c." + quote(present[i])
	}
	result, err := d1.Query(ctx, p.target, c.with()+"SELECT count(*) AS n, min(o."+rowKey+") AS one FROM (SELECT "+was.keyText()+" AS "+rowKey+", * FROM "+quote(was.name)+
		") AS o JOIN c ON "+strings.Join(same, " AND ")+" WHERE quote(o."+quote(pair[0])+") <> quote(c."+quote(pair[1])+")")
	var refused *d1.Error
	if errors.As(err, &refused) {
		return unknown, nil
	}
	if err != nil {
		return unknown, err
	}
	return difference{pair[0], int(result.Rows[0].Int(0)), result.Rows[0].Text(1)}, nil
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

// refuseDeleted refuses a file that deletes rows of a copy, where not all rows were rehearsed on.
func (p *performance) refuseDeleted(s survivor, was *table) {
	if !p.line.changedAfter[s.present][deletion] || p.line.deleted[s.old] || slices.ContainsFunc(p.refusals, func(r Refusal) bool { return r.Kind == Losing }) {
		return
	}
	p.refusals = append(p.refusals, Refusal{
		Losing, p.file.Name, 0, fmt.Sprintf("the table %s may lose rows: some are deleted after they were copied, and the rehearsal had not all of them", was.name),
		"If rows are to go, delete them before the copy, in a statement of its own.",
	})
}

// askLoss refuses a copy that leaves rows out, if it is the only one of its table.
func (p *performance) askLoss(ctx context.Context, s survivor, was *table) error {
	var of []copying
	for _, copy := range p.copies.list {
		if copy.old == s.old || copy.old == "" && copy.to == s.present && !p.copies.made[copy.from] {
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
