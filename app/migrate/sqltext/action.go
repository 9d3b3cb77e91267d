// Package sqltext reads SQL statements as far as their words go: what a statement does, whether it may do nothing, its
// canonical form, and quoting. It knows no schema and no database.
package sqltext

import (
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// Action is what a statement does, as far as its words show it without a schema.
type Action struct {
	Verb        Verb
	Table       string // the table that it acts on; empty for an index, view or trigger
	To          string // a rename's new name
	From        string // a column rename's old name
	Conditional bool   // IF NOT EXISTS: the table may exist already
	Command     string // of an INSERT that gives a full-text table a command: "rebuild"; see CommandOf
}

// Verb is the kind of an action.
type Verb int

const (
	DoesNothing Verb = iota // SELECT, PRAGMA, ANALYZE, …
	Creates
	AddsColumn
	Inserts
	Rebuilds // drops an index or trigger, or does anything else that keeps rows
	Updates
	RenamesTable
	RenamesColumn
	DropsColumn
	DropsView
	DropsTable
	Deletes // rows, including by REPLACE
)

// TouchesRows reports whether existing rows may be changed, if only by a trigger.
func (a Action) TouchesRows() bool {
	return a.Verb == DropsTable || a.Verb == Inserts || a.Verb == Updates || a.Verb == Deletes
}

// ActionOf reads what a statement does. After WITH the verb is the first one outside brackets.
func ActionOf(s d1sql.Statement) Action {
	tokens := s.Tokens
	if tokens[0].Is("WITH") {
		tokens = MainVerb(tokens)
	}
	switch {
	case StartsWith(tokens, "CREATE"):
		return creation(Without(tokens[1:], "VIRTUAL"))
	case StartsWith(tokens, "ALTER", "TABLE"):
		return alteration(Name(tokens[2:]), AfterName(tokens[2:]))
	case StartsWith(tokens, "DROP", "TABLE"):
		return Action{Verb: DropsTable, Table: Name(Without(tokens[2:], "IF", "EXISTS"))}
	case StartsWith(tokens, "DROP", "VIEW"):
		return Action{Verb: DropsView}
	case StartsWith(tokens, "DROP"):
		return Action{Verb: Rebuilds}
	case StartsWith(tokens, "DELETE", "FROM"):
		return Action{Verb: Deletes, Table: Name(tokens[2:])}
	case StartsWith(tokens, "UPDATE", "OR", "REPLACE"):
		return Action{Verb: Deletes, Table: Name(tokens[3:])}
	case StartsWith(tokens, "UPDATE", "OR"):
		return Action{Verb: Updates, Table: Name(tokens[min(3, len(tokens)):])}
	case StartsWith(tokens, "UPDATE"):
		return Action{Verb: Updates, Table: Name(tokens[1:])}
	case StartsWith(tokens, "REPLACE", "INTO"):
		return Action{Verb: Deletes, Table: Name(tokens[2:])}
	case StartsWith(tokens, "INSERT"):
		return insertion(tokens)
	}

	return Action{}
}

func insertion(tokens []d1sql.Token) Action {
	done := Action{Verb: Inserts}
	for i, token := range tokens {
		switch {
		case token.Is("INTO") && done.Table == "":
			done.Table, done.Command = Name(tokens[i+1:]), CommandOf(tokens[i+1:])
		case token.Is("REPLACE") && i < 3:
			done.Verb = Deletes
		case StartsWith(tokens[i:], "DO", "UPDATE"):
			done.Verb = Updates
		}
	}
	return done
}

func alteration(table string, rest []d1sql.Token) Action {
	switch {
	case StartsWith(rest, "RENAME", "TO"):
		return Action{Verb: RenamesTable, Table: table, To: Name(rest[2:])}
	case StartsWith(rest, "RENAME"):
		rest = Without(rest[1:], "COLUMN")
		renamed := Action{Verb: RenamesColumn, Table: table, From: Name(rest)}
		if len(rest) > 2 {
			renamed.To = Name(rest[2:])
		}
		return renamed
	case StartsWith(rest, "DROP"):
		return Action{Verb: DropsColumn, Table: table}
	case StartsWith(rest, "ADD"):
		return Action{Verb: AddsColumn, Table: table}
	}
	return Action{Verb: Rebuilds, Table: table}
}

// creation reads what follows CREATE. An index, view or trigger has no table.
func creation(rest []d1sql.Token) Action {
	if !StartsWith(rest, "TABLE") {
		return Action{Verb: Creates}
	}
	return Action{Verb: Creates, Table: Name(Without(rest[1:], "IF", "NOT", "EXISTS")), Conditional: StartsWith(rest[1:], "IF")}
}

// MainVerb returns the tokens of a statement from its verb on, without the WITH before it.
func MainVerb(tokens []d1sql.Token) []d1sql.Token {
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

// StartsWith reports whether the tokens start with the keywords.
func StartsWith(tokens []d1sql.Token, keywords ...string) bool {
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

// Without drops the keywords if the tokens start with them.
func Without(tokens []d1sql.Token, keywords ...string) []d1sql.Token {
	if StartsWith(tokens, keywords...) {
		return tokens[len(keywords):]
	}
	return tokens
}

// Name returns the name that the tokens start with, without its schema.
func Name(tokens []d1sql.Token) string {
	if len(tokens) > 2 && tokens[1].Text == "." {
		tokens = tokens[2:]
	}
	if len(tokens) == 0 {
		return ""
	}

	first := tokens[0]
	if first.Kind == d1sql.Text {
		first.Kind = d1sql.Quoted // SQLite accepts a string as a name
	}
	return first.Name()
}

// AfterName returns what follows the name that the tokens start with.
func AfterName(tokens []d1sql.Token) []d1sql.Token {
	if len(tokens) > 2 && tokens[1].Text == "." {
		return tokens[3:]
	}
	return tokens[min(1, len(tokens)):]
}
