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

// question asks how many rows are in the way of what a file makes of the schema. Its query answers with a number and one
// row's key, and only reads.
type question struct {
	table string // the old name of the table that it is about
	also  string // of the other one, of a foreign key
	query string
	about string // the constraint, in the words of SQLite's error: "NOT NULL"
	unit  string // what is counted: "row"
	what  string // "of user without image, which becomes NOT NULL"
}

// ask asks what the file's new constraints raise: the target where a table is still what it has there, which a token that
// only reads may do, and else the shadow. Unless `all`, tables are left out that the shadow has as a whole.
func (p *performance) ask(ctx context.Context, survivors []survivor, line int, all bool) error {
	for _, survivor := range survivors {
		if !all && (p.line.deleted[survivor.old] || len(p.line.updated[survivor.old]) > 0) {
			continue // the file brings the rows to what it wants of them
		}
		for _, question := range p.questions(survivor, survivors) {
			if !all && p.whole[survivor.old] && (question.also == "" || p.whole[question.also]) {
				continue
			}
			if err := p.put(ctx, question, line, all); err != nil {
				return err
			}
		}
	}
	return nil
}

// put puts one question. One that can't be understood is dropped: the rehearsal on rows stays.
func (p *performance) put(ctx context.Context, q question, line int, undone bool) error {
	asked := d1.Database(p.shadow)
	switch {
	case p.there[q.table] && !p.dirty[q.table] && (q.also == "" || p.there[q.also] && !p.dirty[q.also]):
		asked = p.target
	case !undone:
		return nil // the shadow is past that
	}
	q.query = strict(dialect.Statement{SQL: q.query}) // a column that a copy computes is not among those that can be asked for
	result, err := d1.Query(ctx, asked, q.query)
	var refused *d1.Error
	if errors.As(err, &refused) {
		return p.putFailing(ctx, asked, q, refused, line)
	}
	if err != nil || len(result.Rows) == 0 || result.Rows[0].Int(0) == 0 {
		return err
	}
	what := count(int(result.Rows[0].Int(0)), q.unit) + " " + q.what
	if strings.Contains(p.failure.message, q.about) {
		what = p.failure.message + ": " + what
	}
	if one := result.Rows[0].Text(1); one != "" {
		what += ", as with " + short(one)
	}
	p.refusals = append(p.refusals, Refusal{Failing, p.file.Name, line, what, fixRows})
	return nil
}

// putFailing refuses the file if it is the rows that a question fails on, and not the question.
func (p *performance) putFailing(ctx context.Context, asked d1.Database, q question, failed *d1.Error, line int) error {
	_, err := d1.Query(ctx, asked, "SELECT * FROM ("+q.query+") LIMIT 0")
	var refused *d1.Error
	if errors.As(err, &refused) {
		return nil
	}
	if err == nil && p.failure.message == "" {
		p.refusals = append(p.refusals, Refusal{Failing, p.file.Name, line, failed.Message + ": on a row " + q.what, fixRows})
	}
	return err
}

// questions are those that a table's new constraints raise.
func (p *performance) questions(s survivor, all []survivor) []question {
	was, is := p.rehearsal.now.tables[s.old], p.now.tables[s.present]
	if was == nil || is.virtual {
		return nil
	}
	s.pairs = slices.DeleteFunc(slices.Clone(s.pairs), func(pair [2]string) bool { return p.computes(s, was, pair) })
	found := slices.Concat(s.missingValues(was, is), s.brokenChecks(was, is), s.duplicates(was, p.now), s.unstorable(was, is), s.failing(was, p.now))
	for _, parent := range is.parents {
		if slices.ContainsFunc(was.parents, parent.same) {
			continue
		}
		if where, also := p.orphans(parent, all); where != "" {
			asked := s.ask(was, "FOREIGN KEY", where, "of "+is.name+" without a row of "+parent.table+" to refer to")
			asked.also = also
			found = append(found, asked)
		}
	}
	return found
}

// ask counts the rows that the condition holds for.
func (s survivor) ask(was *table, about, where, what string) question {
	return question{
		table: s.old, about: about, unit: "row", what: what,
		query: "SELECT count(*) AS n, min(" + rowKey + ") AS one FROM " + s.source(was) + " AS c WHERE " + where,
	}
}

func (s survivor) missingValues(was, is *table) []question {
	var found []question
	for _, pair := range s.pairs {
		old, _ := was.column(pair[0])
		if now, _ := is.column(pair[1]); now.notNull && !old.notNull {
			found = append(found, s.ask(was, "NOT NULL", quote(pair[1])+" IS NULL", "of "+is.name+" without "+now.name+", which becomes NOT NULL"))
		}
	}
	return found
}

func (s survivor) brokenChecks(was, is *table) []question {
	var found []question
	for _, clause := range is.clauses {
		if check, checks := strings.CutPrefix(clause.text, "check "); checks && !slices.Contains(was.clauses, clause) {
			found = append(found, s.ask(was, "CHECK", "NOT "+check, "of "+is.name+" against its new CHECK "+check))
		}
	}
	return found
}

// computes reports whether the file gives a column values that are not its own.
func (p *performance) computes(s survivor, was *table, pair [2]string) bool {
	column, _ := was.column(pair[0])
	return s.rebuilt && !column.generated() && (!p.copies.fromItself(s, pair) || p.line.changedAfter[s.present][pair[1]])
}
