package schema

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// interferes reports whether a trigger refuses writes, may fail, or writes to a table that existed before, or through
// a view, so that rows change unexpectedly. A new table's constraint can also refuse the write that fired the trigger.
func (o Object) interferes(before, after Schema) bool {
	tokens, err := sqltext.Tokens(o.Definition)
	if err != nil || sqltext.MayFail(o.Definition, sqltext.AllowedRun) || after.readsFailingView(o, nil) || 1+after.levelsAbove(o.Table, nil) > d1.MaxTriggers {
		return true
	}
	if slices.ContainsFunc(tokens, func(token d1sql.Token) bool { return token.Is("RAISE") }) {
		return true
	}

	return slices.ContainsFunc(writes(tokens), func(w write) bool { return before.Has(sqltext.Name(w.to)) || !after.accepts(w) })
}

// accepts reports whether a write never fails: an INSERT into a table without constraints and triggers, which numbers
// its rows itself.
func (s Schema) accepts(w write) bool {
	to := s.Tables[sqltext.Fold(sqltext.Name(w.to))]
	if !w.inserts || to == nil || w.repeats() || to.mayRefuseRow() || s.hasTriggers(to.Name) || s.hasFailingIndex(to.Name) {
		return false
	}

	given, all := columnsGiven(w.to)
	switch {
	case to.Virtual:
		return to.OwnsContent() && !all && !slices.ContainsFunc(given, func(name string) bool {
			column, found := to.Column(name)
			return !found || column.Hidden != 0
		})
	case to.HasIntegerKey() && (all || slices.Contains(given, to.PrimaryKey()[0])):
		return false
	}
	return !slices.ContainsFunc(given, func(name string) bool { return !to.Has(name) }) // the row's number
}

// columnsGiven returns the columns that an INSERT gives values, in lower case, or all if it names none. The tokens start
// with the table's name.
func columnsGiven(to []d1sql.Token) (names []string, all bool) {
	rest := sqltext.AfterName(to)
	if sqltext.StartsWith(rest, "DEFAULT", "VALUES") {
		return nil, false
	}
	if len(rest) == 0 || rest[0].Text != "(" {
		return nil, true
	}
	for _, item := range sqltext.BracketItems(sqltext.Bracket(rest)) {
		names = append(names, sqltext.Fold(sqltext.Name(item)))
	}
	return names, false
}

// hasFailingIndex reports whether a table has an index that may fail on a row.
func (s Schema) hasFailingIndex(table string) bool {
	for _, object := range s.Objects {
		if strings.HasSuffix(object.Kind, "index") && sqltext.SameName(object.Table, table) && object.MayRefuseRow() {
			return true
		}
	}
	return false
}

// write is a statement of a trigger's body, from the name of its table on.
type write struct {
	inserts bool
	to      []d1sql.Token
}

// repeats reports whether the row that is written has a text twice, as a log of old and new values has.
func (w write) repeats() bool {
	rest := sqltext.AfterName(w.to)
	if len(rest) > 0 && rest[0].Text == "(" {
		rest = rest[len(sqltext.Bracket(rest)):]
	}
	return sqltext.StartsWith(rest, "VALUES") && sqltext.Repeats(sqltext.BracketItems(sqltext.Bracket(rest[1:])))
}

// writes returns the INSERTs, UPDATEs and DELETEs of a trigger's body.
func writes(tokens []d1sql.Token) []write {
	var found []write
	body := tokens[max(0, slices.IndexFunc(tokens, func(token d1sql.Token) bool { return token.Is("BEGIN") })):]
	for i, token := range body {
		rest := body[i+1:]
		switch {
		case token.Is("UPDATE") && sqltext.StartsWith(rest, "OR"):
			found = append(found, write{to: rest[min(2, len(rest)):]})
		case token.Is("UPDATE"), token.Is("INTO"), token.Is("FROM") && body[i-1].Is("DELETE"):
			found = append(found, write{token.Is("INTO"), rest})
		}
	}
	return found
}

// levelsAbove returns how many triggers and foreign key actions may set each other off before a trigger of the table
// fires, up to one more than D1 takes.
func (s Schema) levelsAbove(table string, seen []string) int {
	table = sqltext.Fold(table)
	if slices.Contains(seen, table) || len(seen) > d1.MaxTriggers {
		return 0
	}

	seen = append(slices.Clone(seen), table)
	levels := 0
	for _, object := range s.Objects {
		if object.Kind != "trigger" {
			continue
		}
		tokens, err := sqltext.Tokens(object.Definition)
		if err == nil && slices.ContainsFunc(writes(tokens), func(w write) bool { return sqltext.Fold(sqltext.Name(w.to)) == table }) {
			levels = max(levels, 1+s.levelsAbove(object.Table, seen))
		}
	}
	if child := s.Tables[table]; child != nil {
		for _, parent := range child.ForeignKeys {
			if ChangesRows(parent.OnDelete) || ChangesRows(parent.OnUpdate) {
				levels = max(levels, 1+s.levelsAbove(parent.Table, seen))
			}
		}
	}
	return levels
}

// readsFailingView reports whether a trigger or view reads from a view that may fail.
func (s Schema) readsFailingView(o Object, seen []string) bool {
	for _, word := range sqltext.Words(o.Definition) {
		view := s.Objects[word]
		if view.Kind != "view" || word == sqltext.Fold(o.Name) || slices.Contains(seen, word) {
			continue
		}
		if sqltext.MayFail(view.Definition, sqltext.AllowedRun) || s.readsFailingView(view, append(seen, word)) {
			return true
		}
	}
	return false
}

// hasTriggers reports whether a table has triggers.
func (s Schema) hasTriggers(table string) bool {
	for _, object := range s.Objects {
		if object.Kind == "trigger" && sqltext.SameName(object.Table, table) {
			return true
		}
	}
	return false
}

// mayRefuseRow reports whether a table may refuse a row.
func (t *Table) mayRefuseRow() bool {
	return len(t.ForeignKeys) > 0 || slices.ContainsFunc(t.Columns, func(c Column) bool {
		return c.NotNull || sqltext.MayFail(c.DefaultValue, sqltext.AllowedRun)
	}) ||
		slices.ContainsFunc(t.Uniques, func(u UniqueKey) bool { return u.Index != "" }) ||
		slices.ContainsFunc(t.Clauses, func(c Clause) bool {
			return c.Check() || c.Text == "strict" || strings.HasPrefix(c.Text, "as ") && sqltext.MayFail(c.Text, sqltext.AllowedStored)
		})
}
