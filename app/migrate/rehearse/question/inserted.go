package question

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Inserted asks for rows of an INSERT … SELECT that can't be computed, or that the table which it writes to refuses.
// Unchanged reports whether a table is still as on the target.
func Inserted(c lineage.Copy, to *schema.Table, in schema.Schema, unchanged func(table string) bool) []Question {
	into := insertion{c, to}
	found := slices.Concat(into.failing(), into.missing(), into.refused(), into.orphans(in, unchanged))
	for _, unique := range to.Uniques {
		terms, where := unique.Terms(in)
		if len(terms) == 0 || !into.gives(strings.Join(terms, ", ")+where) {
			continue
		}
		set := " WHERE " + strings.Join(terms, " IS NOT NULL AND ") + " IS NOT NULL" + where
		key := strings.Join(terms, ", ")
		found = append(found, into.ask("UNIQUE", "value",
			"that the copy gives "+to.Name+" several times, and "+unique.Title()+" takes each once", "(SELECT 1 FROM c"+set+" GROUP BY "+key+" HAVING count(*) > 1)"))
		if unchanged(sqltext.Fold(to.Name)) {
			found = append(found, into.ask("UNIQUE", "row",
				"that the copy gives "+to.Name+", and another row has its value of "+unique.Title(), "c"+set+" AND ("+key+") IN (SELECT "+key+" FROM "+sqltext.Quote(to.Name)+set+")"))
		}
	}

	return found
}

// insertion is a copy into a table.
type insertion struct {
	lineage.Copy
	to *schema.Table
}

// ask counts what follows FROM.
func (i insertion) ask(about, unit, what, from string) Question {
	return Question{Table: i.Old, About: about, Unit: unit, What: what, Query: i.With() + "SELECT count(*) AS n, NULL AS one FROM " + from}
}

// gives reports whether the copy gives all columns of the table that an expression names.
func (i insertion) gives(expression string) bool {
	return !slices.ContainsFunc(sqltext.Words(expression), func(word string) bool { return i.to.Has(word) && !slices.Contains(i.Columns, word) })
}

// failing has every row computed: an expression may fail on one.
func (i insertion) failing() []Question {
	kinds := make([]string, len(i.Columns))
	for n, column := range i.Columns {
		kinds[n] = "typeof(c." + sqltext.Quote(column) + ")"
	}
	return []Question{i.ask("", "row", "that the copy gives "+i.to.Name, "c WHERE 'none' IN ("+strings.Join(kinds, ", ")+")")}
}

// missing asks for NULLs in columns that are NOT NULL.
func (i insertion) missing() []Question {
	var found []Question
	for _, column := range i.to.Columns {
		if column.NotNull && slices.Contains(i.Columns, sqltext.Fold(column.Name)) && !(column.Primary > 0 && i.to.HasIntegerKey()) {
			found = append(found, i.ask("NOT NULL", "row", "that the copy gives "+i.to.Name+" without "+column.Name+", which is NOT NULL", "c WHERE "+sqltext.Quote(column.Name)+" IS NULL"))
		}
	}
	return found
}

// refused asks for rows that break a CHECK, or have a type that a STRICT table or an INTEGER PRIMARY KEY refuses.
func (i insertion) refused() []Question {
	var found []Question
	for _, clause := range i.to.Clauses {
		if check, checks := strings.CutPrefix(clause.Text, "check "); checks && i.gives(check) {
			found = append(found, i.ask("CHECK", "row", "that the copy gives "+i.to.Name+" against its CHECK "+check, "c WHERE NOT "+check))
		}
	}

	for _, column := range i.to.Columns {
		about, condition := "cannot store", ""
		switch {
		case column.Primary > 0 && i.to.HasIntegerKey():
			about, condition = "datatype mismatch", unstorableIn("integer")
		case slices.Contains(i.to.Clauses, schema.Clause{Text: "strict", Column: ""}):
			condition = unstorableIn(column.DeclaredType)
		}
		if condition != "" && slices.Contains(i.Columns, sqltext.Fold(column.Name)) {
			condition = strings.ReplaceAll(condition, "?", sqltext.Quote(column.Name))
			found = append(found, i.ask(about, "row", "that the copy gives "+i.to.Name+" whose "+column.Name+" is no "+strings.ToUpper(column.DeclaredType), "c WHERE "+condition))
		}
	}

	return found
}

// orphans asks for rows without the row of the target that they refer to.
func (i insertion) orphans(in schema.Schema, unchanged func(table string) bool) []Question {
	var found []Question
	for _, key := range i.to.ForeignKeys {
		parent := in.Tables[sqltext.Fold(key.Table)]
		if parent == nil || !unchanged(sqltext.Fold(key.Table)) || sqltext.SameName(key.Table, i.to.Name) || !i.gives(strings.Join(key.From, ", ")) {
			continue
		}
		var set, match []string
		for n, column := range key.TargetColumns(parent) {
			if n < len(key.From) {
				set = append(set, "c."+sqltext.Quote(key.From[n])+" IS NOT NULL")
				match = append(match, "p."+sqltext.Quote(column)+" = c."+sqltext.Quote(key.From[n]))
			}
		}
		found = append(found, i.ask("FOREIGN KEY", "row", "that the copy gives "+i.to.Name+" without a row of "+key.Table+" to refer to",
			"c WHERE "+strings.Join(set, " AND ")+" AND NOT EXISTS (SELECT 1 FROM "+sqltext.Quote(key.Table)+" AS p WHERE "+strings.Join(match, " AND ")+")"))
	}

	return found
}
