//go:build !wasm

package migrate

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
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
	result, err := d1.Query(ctx, asked, q.query)
	var refused *d1.Error
	if errors.As(err, &refused) {
		return nil
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

// questions are those that a table's new constraints raise.
func (p *performance) questions(s survivor, all []survivor) []question {
	was, is := p.rehearsal.now.tables[s.old], p.now.tables[s.present]
	if was == nil || is.virtual {
		return nil
	}
	source, named := s.source(was), is.name
	ask := func(about, where, what string) question {
		return question{table: s.old, about: about, unit: "row", query: "SELECT count(*) AS n, min(" + rowKey + ") AS one FROM " + source + " AS c WHERE " + where, what: what}
	}

	var found []question
	for _, pair := range s.pairs {
		old, _ := was.column(pair[0])
		if now, _ := is.column(pair[1]); now.notNull && !old.notNull {
			found = append(found, ask("NOT NULL", quote(pair[1])+" IS NULL", "of "+named+" without "+now.name+", which becomes NOT NULL"))
		}
	}
	for _, clause := range is.clauses {
		if check, found1 := strings.CutPrefix(clause.text, "check "); found1 && !slices.Contains(was.clauses, clause) {
			found = append(found, ask("CHECK", "NOT "+check, "of "+named+" against its new CHECK "+check))
		}
	}
	for _, unique := range is.uniques {
		if query := s.duplicates(unique, was, p.now, source); query != "" {
			found = append(found, question{
				table: s.old, about: "UNIQUE", query: query, unit: "value", what: "of " + named + " in several rows, and " + unique.title() + " takes each once",
			})
		}
	}
	for _, parent := range is.parents {
		if !slices.ContainsFunc(was.parents, parent.same) {
			if where, also := p.orphans(parent, all); where != "" {
				asked := ask("FOREIGN KEY", where, "of "+named+" without a row of "+parent.table+" to refer to")
				asked.also = also
				found = append(found, asked)
			}
		}
	}
	return found
}

// rowKey is a name that no column has.
const rowKey = `"addreams: key"`

// source reads the table as it was, under the names that its columns are to have, with its rows' keys.
func (s survivor) source(was *table) string {
	terms := []string{was.keyText() + " AS " + rowKey}
	for _, pair := range s.pairs {
		terms = append(terms, quote(pair[0])+" AS "+quote(pair[1]))
	}
	return "(SELECT " + strings.Join(terms, ", ") + " FROM " + quote(was.name) + ")"
}

// keyText is an expression for a row's key as a person reads it: "id = 'u1'".
func (t *table) keyText() string {
	names := t.primaryKey()
	if len(names) == 0 {
		from := sourceOf(t)
		if from.rowid == "" {
			return "''"
		}
		return "'row ' || " + from.rowid
	}
	var terms []string
	for _, name := range names {
		terms = append(terms, literal(name+" = ")+" || quote("+quote(name)+")")
	}
	return strings.Join(terms, " || ', ' || ")
}

// title names a key: "the unique index user_email".
func (u unique) title() string {
	switch u.origin {
	case "pk":
		return "the primary key"
	case "u":
		return "UNIQUE (" + strings.Join(u.columns, ", ") + ")"
	}
	return "the unique index " + u.index
}

// duplicates counts values that stand in several rows, if the key is new; empty if it is not, or can't be asked for.
func (s survivor) duplicates(u unique, was *table, now schema, source string) string {
	terms, where := make([]string, len(u.columns)), ""
	for i, column := range u.columns {
		terms[i] = quote(column)
	}
	if index, found := now.others[key(u.index)]; found && u.origin == "c" {
		tokens, err := significant(index.definition)
		if err != nil || len(tokens) < 3 {
			return ""
		}
		list := bracket(tokens[2:])
		terms = nil
		for _, part := range parts(list) {
			if last := part[len(part)-1]; last.Is("asc") || last.Is("desc") {
				part = part[:len(part)-1]
			}
			terms = append(terms, canonical(part))
		}
		if rest := tokens[2+len(list):]; len(rest) > 1 {
			where = " AND (" + canonical(rest[1:]) + ")"
		}
	} else if slices.ContainsFunc(was.uniques, func(old unique) bool { return slices.Equal(translate(old.columns, s.pairs), u.columns) }) {
		return ""
	}
	if len(terms) == 0 {
		return ""
	}
	return "SELECT count(*) AS n, min(one) AS one FROM (SELECT min(" + rowKey + ") AS one FROM " + source + " AS c WHERE " +
		strings.Join(terms, " IS NOT NULL AND ") + " IS NOT NULL" + where + " GROUP BY " + strings.Join(terms, ", ") + " HAVING count(*) > 1)"
}

// orphans is the condition for rows that a new foreign key would not hold for, and the old name of the parent.
func (p *performance) orphans(of parent, all []survivor) (where, also string) {
	i := slices.IndexFunc(all, func(s survivor) bool { return s.present == key(of.table) })
	if i < 0 {
		return "", ""
	}
	parent, columns := all[i], of.target(p.now.tables[key(of.table)])
	if len(columns) != len(of.from) {
		return "", ""
	}
	var set, match []string
	for i, from := range of.from {
		set = append(set, "c."+quote(from)+" IS NOT NULL")
		match = append(match, "p."+quote(columns[i])+" = c."+quote(from))
	}
	source := parent.source(p.rehearsal.now.tables[parent.old])
	return strings.Join(set, " AND ") + " AND NOT EXISTS (SELECT 1 FROM " + source + " AS p WHERE " + strings.Join(match, " AND ") + ")", parent.old
}
