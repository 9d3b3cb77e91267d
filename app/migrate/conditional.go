package migrate

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// conditional is a CREATE … IF NOT EXISTS or DROP … IF EXISTS: a statement that may do nothing.
type conditional struct {
	creates    bool
	kind, name string // "table", "index", "view" or "trigger"
	d1sql.Statement
}

// conditionalOf reads a statement as one that may do nothing.
func conditionalOf(s d1sql.Statement) (conditional, bool) {
	tokens := s.Tokens
	creates := is(tokens, "CREATE")
	if !creates && !is(tokens, "DROP") {
		return conditional{}, false
	}
	rest := drop(drop(tokens[1:], "UNIQUE"), "VIRTUAL")
	if len(rest) == 0 {
		return conditional{}, false
	}
	kind := strings.ToLower(rest[0].Text)
	switch {
	case creates && is(rest[1:], condition[:]...):
		return conditional{true, kind, name(rest[4:]), s}, true
	case !creates && is(rest[1:], "IF", "EXISTS"):
		return conditional{false, kind, name(rest[3:]), s}, true
	}
	return conditional{}, false
}

func (c conditional) String() string {
	if c.creates {
		return "CREATE " + strings.ToUpper(c.kind) + " IF NOT EXISTS " + c.name
	}
	return "DROP " + strings.ToUpper(c.kind) + " IF EXISTS " + c.name
}

// plain is the statement without its condition.
func (c conditional) plain() string {
	tokens, _ := d1sql.Tokens(c.SQL) // it was split by the same
	var text strings.Builder
	removed := 0
	for _, token := range tokens {
		if removed < len(condition) && token.Is(condition[removed]) {
			removed++
			continue
		}
		text.WriteString(token.Text)
	}
	return text.String()
}

var condition = [...]string{"IF", "NOT", "EXISTS"}

func (c conditional) refusal(file File, instead string) Refusal {
	return Refusal{
		Idle, file.Name, c.Line, fmt.Sprintf("%s does nothing over the %s that the database has; %s", c, c.name, instead),
		"Change what is there by statements of its own, or write what is there; addreams db status tells what the files don't make.",
	}
}

// guessIdle names what a file would create only if nothing has the name, where something has: without a shadow it can't
// be told whether that is the same.
func (e *Effect) guessIdle(file File, surveyed target) {
	for _, statement := range file.Statements {
		may, found := conditionalOf(statement)
		if !found || !may.creates {
			continue
		}
		for _, object := range surveyed.objects {
			if key(object.name) == key(may.name) {
				e.add(Change{"~", may.kind + " " + may.name, "something is there by that name", Rebuild})
			}
		}
	}
}
