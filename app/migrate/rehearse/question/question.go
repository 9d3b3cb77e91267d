// Package question writes read-only queries that ask how many rows of a table prevent what a file makes of the schema.
// It does not send them.
package question

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Question asks how many rows are in the way of a new constraint. Its query returns a number and one row's key.
type Question struct {
	Table string // the table's old name
	Also  string // the other table's old name, for a foreign key
	Query string
	About string // the constraint, in the words of SQLite's error: "NOT NULL"
	Unit  string // what is counted: "row"
	What  string // "of user without image, which becomes NOT NULL"
}

// New asks for the rows that meet the condition.
func New(s lineage.Survivor, was *schema.Table, about, where, what string) Question {
	return Question{
		Table: s.Old, About: about, Unit: "row", What: what,
		Query: "SELECT count(*) AS n, min(" + lineage.RowKey + ") AS one FROM " + s.Source(was) + " AS c WHERE " + where,
	}
}

// MissingValues asks for NULLs in columns that become NOT NULL.
func MissingValues(s lineage.Survivor, was, is *schema.Table) []Question {
	var found []Question
	for _, pair := range s.Pairs {
		old, _ := was.Column(pair[0])
		if now, _ := is.Column(pair[1]); now.NotNull && !old.NotNull {
			found = append(found, New(s, was, "NOT NULL", sqltext.Quote(pair[1])+" IS NULL", "of "+is.Name+" without "+now.Name+", which becomes NOT NULL"))
		}
	}
	return found
}

// BrokenChecks asks for rows that break a new CHECK.
func BrokenChecks(s lineage.Survivor, was, is *schema.Table) []Question {
	var found []Question
	for _, clause := range is.Clauses {
		if check, checks := strings.CutPrefix(clause.Text, "check "); checks && !slices.Contains(was.Clauses, clause) {
			found = append(found, New(s, was, "CHECK", "NOT "+check, "of "+is.Name+" against its new CHECK "+check))
		}
	}
	return found
}

// ConvertedBy returns the condition for rows whose value c another affinity would change; empty if it changes none.
func ConvertedBy(affinity string) string {
	const number = "typeof(c) = 'text' AND CAST(c AS NUMERIC) = c"
	switch affinity {
	case "text":
		return "typeof(c) IN ('integer', 'real')"
	case "real":
		return "typeof(c) = 'integer' OR " + number
	case "integer", "numeric":
		return "typeof(c) = 'real' AND CAST(c AS INTEGER) = c OR " + number
	}
	return ""
}
