package question

import (
	"slices"
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Unstorable asks for values that the table no longer accepts: other types in a STRICT table, and everything but
// integers in an INTEGER PRIMARY KEY.
func Unstorable(s lineage.Survivor, was, is *schema.Table) []Question {
	strict := slices.Contains(is.Clauses, schema.Clause{Text: "strict", Column: ""}) && !slices.Contains(was.Clauses, schema.Clause{Text: "strict", Column: ""})
	numbers := is.HasIntegerKey() && !was.HasIntegerKey()
	var found []Question
	for _, pair := range s.Pairs {
		now, _ := is.Column(pair[1])
		condition, about := "", "cannot store"
		if strict {
			condition = unstorableIn(now.DeclaredType)
		}
		if numbers && now.Primary > 0 {
			condition, about = unstorableIn("integer"), "datatype mismatch"
		}
		if condition == "" || now.Generated() {
			continue
		}
		found = append(found, New(s, was, about, strings.ReplaceAll(condition, "?", sqltext.Quote(pair[1])), "of "+is.Name+" whose "+now.Name+" is no "+strings.ToUpper(now.DeclaredType)))
	}

	return found
}

// unstorableIn returns the condition for values, written as ?, that a STRICT table refuses in a column of the type
// (https://www.sqlite.org/stricttables.html); empty if it accepts all.
func unstorableIn(kind string) string {
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

// Failing computes the file's new generated columns and indexes for every row: some may fail, or be NULL where that is
// refused.
func Failing(s lineage.Survivor, was *schema.Table, now schema.Schema) []Question {
	is := now.Tables[s.Present]
	var found []Question
	for _, clause := range is.Clauses {
		expression, generated := strings.CutPrefix(clause.Text, "as ")
		if column, _ := is.Column(clause.Column); generated && !was.Has(clause.Column) {
			what := "of " + is.Name + " without " + column.Name + ", which is generated NOT NULL"
			condition := expression + " IS NULL"
			if !column.NotNull {
				what, condition = "of "+is.Name+", for "+column.Name, "typeof("+expression+") = 'none'"
			}
			found = append(found, New(s, was, "NOT NULL", condition, what))
		}
	}
	for _, name := range schema.Names(now.Objects, nil) {
		index := now.Objects[name]
		if !strings.HasSuffix(index.Kind, "index") || sqltext.Fold(index.Table) != s.Present || !index.MayRefuseRow() {
			continue
		}
		if terms, where := (schema.UniqueKey{Index: index.Name, Origin: "c"}).Terms(now); len(terms) > 0 {
			condition := "typeof(" + strings.Join(terms, ") || typeof(") + ") = 'none'"
			long := "coalesce(length(CAST(" + strings.Join(terms, " AS BLOB)), 0) + coalesce(length(CAST(") + " AS BLOB)), 0) > " + strconv.Itoa(d1.MaxRow-rowOverhead)
			if where != "" { // a row is left out before the expression is computed
				condition, long = strings.TrimPrefix(where, " AND ")+" AND "+condition, strings.TrimPrefix(where, " AND ")+" AND "+long
			}
			found = append(found, New(s, was, "index", condition, "of "+is.Name+", for the index "+index.Name),
				New(s, was, "index", long, "of "+is.Name+" too long for the index "+index.Name))
		}
	}

	return found
}

// rowOverhead is what a row takes beside its values, at most.
const rowOverhead = 512

// UpdateQuery returns a query that computes what an UPDATE of one table sets, on the same rows; empty for other
// statements, and if it reads other tables by FROM.
func UpdateQuery(s d1sql.Statement) string {
	rest := sqltext.Without(s.Tokens, "UPDATE")
	if len(rest) == len(s.Tokens) || rest[0].Is("OR") {
		return ""
	}
	table, rest := sqltext.Name(rest), sqltext.AfterName(rest)
	if !sqltext.StartsWith(rest, "SET") || sqltext.IndexOutside(rest, "FROM") >= 0 || sqltext.IndexOutside(rest, "RETURNING") >= 0 {
		return ""
	}
	where := sqltext.IndexOutside(rest, "WHERE")
	set := rest[1:]
	if where >= 0 {
		set = rest[1:where]
	}

	var terms []string
	for _, assignment := range sqltext.SplitCommas(set) {
		if len(assignment) < 3 || assignment[1].Text != "=" {
			return ""
		}
		terms = append(terms, "count("+sqltext.Canonical(assignment[2:])+")")
	}
	query := "SELECT " + strings.Join(terms, ", ") + " FROM " + sqltext.Quote(table)
	if where >= 0 {
		query += " " + sqltext.Canonical(rest[where:])
	}
	return query
}
