// Package advice says what to do about a refusal of SQLite or D1, by the words of its message. It knows no file and no
// rows.
package advice

import (
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// FixRows is for rows that are in the way of a constraint.
const FixRows = "Bring the rows to what the file wants of them first, in a file of its own, or in the statement that copies them."

// ForStatement returns what to do about the error of a statement.
func ForStatement(message string) string {
	switch {
	case strings.HasSuffix(message, "already exists"):
		return "If the schema was made without this ledger, adopt it: addreams db baseline."
	case strings.HasPrefix(message, "Cannot add a column with non-constant default"), strings.HasPrefix(message, "cannot add a STORED column"),
		strings.HasPrefix(message, "Cannot add a REFERENCES column"), strings.HasPrefix(message, "Cannot add a NOT NULL column"):
		return "The table has rows. Add the column without that and fill it with an UPDATE, or re-create the table with it: " +
			"create, copy, drop, rename."
	case strings.HasPrefix(message, "error in view "), strings.HasPrefix(message, "error in trigger "):
		what, _, _ := strings.Cut(strings.TrimPrefix(message, "error in "), ":")
		return "Drop the " + what + " before that, and create it again at the end of the file."
	case strings.Contains(message, "constraint failed"):
		return FixRows
	}
	return "Correct the statement; nothing was sent."
}

// ForProblem returns what to do about a part of the schema that no longer compiles.
func ForProblem(found schema.Problem) string {
	switch {
	case strings.HasPrefix(found.What, "table "):
		return "Make the table and the key that it refers to in the same file, or rebuild it without the reference."
	case strings.HasPrefix(found.Message, "no such index"):
		return "It names the index with INDEXED BY. Keep the index, or make the " + found.What + " without that first."
	case strings.HasPrefix(found.Message, "no such column"):
		return "Drop the " + found.What + " in the file before that, and create it again after it, with the columns that there are then."
	}
	return "ALTER TABLE … RENAME TO takes what refers to a table along. Make the new table under a name of its own, copy, drop the old one, " +
		"and rename the new one to the old one's name; or drop the " + found.What + " before that, and create it again after it."
}

// UseSingleQuotes is for a string in double quotes.
const UseSingleQuotes = "Write '…' with single quotes if a text is meant. Else name a column that the table has: " +
	"one that is new has nothing to be copied from, and is left out or given a value."

// QuotedName returns the name that a statement has in double quotes and that is no column according to its failure.
func QuotedName(s d1sql.Statement, message string) (name string, found bool) {
	_, missing, found := strings.Cut(message, "no such column: ")
	if !found {
		return "", false
	}
	for _, token := range s.Tokens {
		if token.Kind == d1sql.Quoted && token.Text[0] == '"' && sqltext.SameName(token.Name(), missing) {
			return token.Name(), true
		}
	}
	return "", false
}
