package migrate

import (
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// action is what a statement does, as far as its words tell without a schema.
type action struct {
	verb  verb
	table string // the table that it is done to; for an index, view or trigger, empty
	to    string // new name, of a rename
	from  string // old name, of a column's rename
	maybe bool   // IF NOT EXISTS: the table may have been there
}

type verb int

const (
	doesNothing verb = iota // SELECT, PRAGMA, ANALYZE, …
	creates
	addsColumn
	inserts
	rebuilds // drops an index or trigger, or whatever else keeps rows
	updates
	renamesTable
	renamesColumn
	dropsColumn
	dropsView
	dropsTable
	deletes // rows, also by REPLACE
)

// risk is the action's, on a table that exists.
func (a action) risk() Risk {
	switch a.verb {
	case doesNothing, creates, addsColumn, inserts:
		return Additive
	case rebuilds:
		return Rebuild
	case updates, renamesTable, renamesColumn, dropsView:
		return DestructiveRisk
	}
	return Irreversible
}

// touchesRows tells whether rows that are there may go, if only by a trigger.
func (a action) touchesRows() bool {
	return a.verb == dropsTable || a.verb == inserts || a.verb == updates || a.verb == deletes
}

// actionOf reads a statement's words. Behind WITH the verb is the first one outside brackets.
func actionOf(s d1sql.Statement) action {
	tokens := s.Tokens
	if tokens[0].Is("WITH") {
		tokens = mainVerb(tokens)
	}
	switch {
	case is(tokens, "CREATE"):
		return creation(drop(tokens[1:], "VIRTUAL"))
	case is(tokens, "ALTER", "TABLE"):
		return alteration(name(tokens[2:]), behindName(tokens[2:]))
	case is(tokens, "DROP", "TABLE"):
		return action{verb: dropsTable, table: name(drop(tokens[2:], "IF", "EXISTS"))}
	case is(tokens, "DROP", "VIEW"):
		return action{verb: dropsView}
	case is(tokens, "DROP"):
		return action{verb: rebuilds}
	case is(tokens, "DELETE", "FROM"):
		return action{verb: deletes, table: name(tokens[2:])}
	case is(tokens, "UPDATE", "OR", "REPLACE"):
		return action{verb: deletes, table: name(tokens[3:])}
	case is(tokens, "UPDATE", "OR"):
		return action{verb: updates, table: name(tokens[min(3, len(tokens)):])}
	case is(tokens, "UPDATE"):
		return action{verb: updates, table: name(tokens[1:])}
	case is(tokens, "REPLACE", "INTO"):
		return action{verb: deletes, table: name(tokens[2:])}
	case is(tokens, "INSERT"):
		return insertion(tokens)
	}
	return action{}
}

func insertion(tokens []d1sql.Token) action {
	done := action{verb: inserts}
	for i, token := range tokens {
		switch {
		case token.Is("INTO") && done.table == "":
			done.table = name(tokens[i+1:])
		case token.Is("REPLACE") && i < 3:
			done.verb = deletes
		case is(tokens[i:], "DO", "UPDATE"):
			done.verb = updates
		}
	}
	return done
}

func alteration(table string, rest []d1sql.Token) action {
	switch {
	case is(rest, "RENAME", "TO"):
		return action{verb: renamesTable, table: table, to: name(rest[2:])}
	case is(rest, "RENAME"):
		rest = drop(rest[1:], "COLUMN")
		renamed := action{verb: renamesColumn, table: table, from: name(rest)}
		if len(rest) > 2 {
			renamed.to = name(rest[2:])
		}
		return renamed
	case is(rest, "DROP"):
		return action{verb: dropsColumn, table: table}
	case is(rest, "ADD"):
		return action{verb: addsColumn, table: table}
	}
	return action{verb: rebuilds, table: table}
}

// creation reads what follows CREATE; an index, view or trigger has no table to name.
func creation(rest []d1sql.Token) action {
	if !is(rest, "TABLE") {
		return action{verb: creates}
	}
	return action{verb: creates, table: name(drop(rest[1:], "IF", "NOT", "EXISTS")), maybe: is(rest[1:], "IF")}
}

func mainVerb(tokens []d1sql.Token) []d1sql.Token {
	depth := 0
	for i, token := range tokens {
		switch text := strings.ToUpper(token.Text); {
		case text == "(":
			depth++
		case text == ")":
			depth--
		case depth == 0 && token.Kind == d1sql.Word && strings.Contains(" INSERT UPDATE DELETE REPLACE SELECT ", " "+text+" "):
			return tokens[i:]
		}
	}
	return tokens
}

// is tells whether the tokens start with the keywords.
func is(tokens []d1sql.Token, keywords ...string) bool {
	if len(tokens) < len(keywords) {
		return false
	}
	for i, keyword := range keywords {
		if !tokens[i].Is(keyword) {
			return false
		}
	}
	return true
}

// drop leaves out the keywords if the tokens start with them.
func drop(tokens []d1sql.Token, keywords ...string) []d1sql.Token {
	if is(tokens, keywords...) {
		return tokens[len(keywords):]
	}
	return tokens
}

// name is the name that the tokens start with, behind its schema if it has one.
func name(tokens []d1sql.Token) string {
	if len(tokens) > 2 && tokens[1].Text == "." {
		tokens = tokens[2:]
	}
	if len(tokens) == 0 {
		return ""
	}
	if text := tokens[0]; text.Kind == d1sql.Text {
		return strings.Trim(text.Text, "'") // SQLite takes a string for a name
	}
	return tokens[0].Name()
}

func behindName(tokens []d1sql.Token) []d1sql.Token {
	if len(tokens) > 2 && tokens[1].Text == "." {
		return tokens[3:]
	}
	return tokens[min(1, len(tokens)):]
}
