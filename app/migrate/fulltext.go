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

// A full-text table over another table's content knows its rows by their numbers. If those are given anew, or the content
// changes past it, a search returns other rows than those that match.

// external is the table that a full-text table has its content in, and the column that numbers its rows; both are empty if
// it has its own content, or none.
func (t *table) external() (of, number string) {
	if t.module() != "fts5" {
		return "", ""
	}
	tokens, err := significant(t.sql)
	if err != nil {
		return "", ""
	}
	for i, token := range tokens[:max(0, len(tokens)-2)] {
		if tokens[i+1].Text != "=" {
			continue
		}
		switch value := key(name(tokens[i+2 : i+3])); {
		case token.Is("content"):
			of = value
		case token.Is("content_rowid"):
			number = value
		}
	}
	return of, number
}

// misled names the full-text tables whose index is not that of the content.
func (s schema) misled(ctx context.Context, db d1.Database) (map[string]bool, error) {
	found := map[string]bool{}
	for name, table := range s.tables {
		if of, _ := table.external(); of == "" {
			continue
		}
		at := quote(table.name)
		message, err := probe(ctx, db, fmt.Sprintf("INSERT INTO %s (%s, rank) VALUES ('integrity-check', 1)", at, at))
		if err != nil {
			return nil, err
		}
		found[name] = message != ""
	}
	return found, nil
}

// judgeFullText refuses a file after which a search returns other rows.
func (p *performance) judgeFullText(ctx context.Context) error {
	misled, err := p.now.misled(ctx, p.tx)
	if err != nil {
		return err
	}
	for _, name := range keys(misled, nil) {
		table, was := p.now.tables[name], p.formerly(name)
		if was == nil || p.misled[name] || !misled[name] && !p.renumbered(table) {
			continue
		}
		of, _ := table.external()
		p.refusals = append(p.refusals, Refusal{
			Breaking, p.file.Name, 0, "after it the full-text table " + table.name + " finds other rows of " + of + " than those that match",
			fmt.Sprintf("Write INSERT INTO %s (%s) VALUES ('rebuild'); in the same file, behind all that it does to %s.", plain(table.name), plain(table.name), of),
		})
	}
	return nil
}

// renumbered reports whether the file rebuilds the table that a full-text table has its content in, so that SQLite numbers
// its rows anew, and doesn't index them after that. On the rows that are there, the numbers may happen to be the same.
func (p *performance) renumbered(index *table) bool {
	of, number := index.external()
	at := slices.IndexFunc(p.survivors, func(s survivor) bool { return s.present == of })
	if at < 0 || !p.survivors[at].rebuilt {
		return false
	}
	was, is := p.before.tables[p.survivors[at].old], p.now.tables[of]
	if number == "" {
		number = "rowid"
	}
	if was.has(number) && is.has(number) || was.integerKey() && is.integerKey() {
		return false
	}

	indexed := true
	for _, statement := range p.file.Statements {
		done := actionOf(statement)
		switch {
		case rebuildsIndex(statement, index.name):
			indexed = true
		case key(done.table) == of || key(done.to) == of:
			indexed = false
		}
	}
	return !indexed
}

// rebuildsIndex reports whether a statement is INSERT INTO x (x) VALUES ('rebuild').
func rebuildsIndex(s d1sql.Statement, index string) bool {
	return actionOf(s).verb == inserts && key(actionOf(s).table) == key(index) &&
		slices.ContainsFunc(s.Tokens, func(t d1sql.Token) bool { return strings.EqualFold(t.Text, "'rebuild'") })
}
