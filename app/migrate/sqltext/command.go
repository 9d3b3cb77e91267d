package sqltext

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// unknownCommand is a command that is computed.
const unknownCommand = "?"

// CommandOf returns the command that an INSERT gives a full-text table in the column of the table's own name
// (https://www.sqlite.org/fts5.html#special_insert_commands), and empty if it gives none. The tokens start with the table's
// name.
func CommandOf(to []d1sql.Token) string {
	rest := AfterName(to)
	if len(rest) == 0 || rest[0].Text != "(" {
		return ""
	}
	list := Bracket(rest)
	place := slices.IndexFunc(BracketItems(list), func(item []d1sql.Token) bool { return Fold(Name(item)) == Fold(Name(to)) })
	if place < 0 {
		return ""
	}

	rows := Without(rest[len(list):], "VALUES")
	row := Bracket(rows)
	several := len(rows) > len(row) && rows[len(row)].Text == ","
	values := BracketItems(row)
	if !StartsWith(rest[len(list):], "VALUES") || several || place >= len(values) || len(values[place]) != 1 || values[place][0].Kind != d1sql.Text {
		return unknownCommand
	}
	return Fold(strings.Trim(values[place][0].Text, "'"))
}

// keepingCommands are those that remove nothing from an index.
const keepingCommands = " automerge crisismerge deletemerge flush integrity-check merge optimize pgsz rank rebuild secure-delete usermerge "

// CommandRemoves reports whether a command may take rows out of a full-text index.
func CommandRemoves(command string) bool {
	return command != "" && !strings.Contains(keepingCommands, " "+command+" ")
}
