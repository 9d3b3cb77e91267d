package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// Effect is what a file does to the schema and rows that are there.
type Effect struct {
	Risk    Risk     `json:"risk"`
	Changes []Change `json:"changes"`
	Notes   []string `json:"notes,omitempty"` // what the rehearsal has not seen

	guarded     []guarded
	touchesRows bool                // of tables that were there
	overwritten map[string][]Change // values that an UPDATE overwrites, by the change that it is: "rows of user"
}

// guarded is a table that must not lose rows: its name before the file and after it. Of a table whose rows the file moves
// or may change, pairs are the columns whose values must stay, by their names before and after.
type guarded struct {
	before, after string
	pairs         [][2]string
	counted       bool // no key tells the rows apart by those columns
}

// String is the effect on one line: "additive  + table rate_limit (3 columns), + index rate_limit_idx (on …)".
func (e Effect) String() string {
	changes := make([]string, len(e.Changes))
	for i, change := range e.Changes {
		changes[i] = change.String()
	}
	return e.Risk.String() + "  " + strings.Join(changes, ", ")
}

// beyond lists the changes with a greater risk, and only counts them after the third.
func (e Effect) beyond(limit Risk) string {
	var worse []string
	for _, change := range e.Changes {
		if change.Risk > limit {
			worse = append(worse, change.String())
		}
	}
	if more := len(worse) - 3; more > 0 {
		worse = append(worse[:3], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(worse, ", ")
}

// add takes a change in, once.
func (e *Effect) add(change Change) {
	if slices.Contains(e.Changes, change) {
		return
	}
	e.Changes = append(e.Changes, change)
	e.Risk = max(e.Risk, change.Risk)
}

// worsen raises the risk of a change.
func (e *Effect) worsen(what, detail string) {
	for i := range e.Changes {
		if e.Changes[i].What == what && e.Changes[i].Detail == detail {
			e.Changes[i].Risk = max(e.Changes[i].Risk, DestructiveRisk)
		}
	}
}

// wordsOnly is the effect as far as the statements tell without a schema. Tables that the file makes itself are its own.
func wordsOnly(file File) Effect {
	var effect Effect
	own := map[string]bool{}
	for _, statement := range file.Statements {
		done := actionOf(statement)
		switch {
		case done.verb == doesNothing || own[key(done.table)]:
		case done.verb == creates && is(statement.Tokens, "CREATE", "UNIQUE"):
			if index, on := indexOf(statement); !own[key(on)] {
				effect.add(Change{"+", "unique index " + index, "on " + on, DestructiveRisk})
			} else {
				effect.add(Change{Sign: "+", What: "unique index " + index})
			}
		case done.verb == addsColumn && requires(statement):
			effect.add(Change{"+", "column of " + done.table, "not null, without a default", DestructiveRisk})
		case done.verb == creates && done.table != "":
			own[key(done.table)] = !done.maybe
			effect.add(Change{Sign: "+", What: "table " + done.table})
		default:
			effect.add(Change{Sign: done.sign(), What: done.phrase(statement.Tokens[1].Name()), Risk: done.risk()})
		}
	}
	effect.settle(file)
	return effect
}

// indexOf is what CREATE UNIQUE INDEX names, and the table that it is on.
func indexOf(s d1sql.Statement) (index, on string) {
	rest := drop(s.Tokens[min(3, len(s.Tokens)):], "IF", "NOT", "EXISTS")
	for i, token := range rest {
		if token.Is("ON") {
			return name(rest), name(rest[i+1:])
		}
	}
	return name(rest), ""
}

// requires reports whether ADD COLUMN wants a value of every INSERT.
func requires(s d1sql.Statement) bool {
	word := func(keyword string) bool {
		return slices.ContainsFunc(s.Tokens, func(token d1sql.Token) bool { return token.Is(keyword) })
	}
	return word("NOT") && word("NULL") && !word("DEFAULT")
}

func (a action) sign() string {
	switch a.verb {
	case creates, addsColumn, inserts:
		return "+"
	case rebuilds, updates, renamesTable, renamesColumn:
		return "~"
	}
	return "-"
}

// phrase says what the action is done to; second is the statement's second word.
func (a action) phrase(second string) string {
	switch a.verb {
	case inserts, updates, deletes:
		return "rows of " + a.table
	case dropsTable:
		return "table " + a.table
	case dropsView:
		return "view"
	case addsColumn, renamesColumn, dropsColumn:
		return "column of " + a.table
	case renamesTable:
		return "table " + a.table + ", renamed to " + a.to
	}
	return strings.ToLower(second)
}
