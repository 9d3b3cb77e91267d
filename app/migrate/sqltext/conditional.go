package sqltext

import (
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// Conditional is a CREATE … IF NOT EXISTS or DROP … IF EXISTS: a statement that may do nothing.
type Conditional struct {
	Creates    bool
	Kind, Name string // "table", "index", "view" or "trigger"
	d1sql.Statement
}

// ConditionalOf reads a statement that may do nothing.
func ConditionalOf(s d1sql.Statement) (Conditional, bool) {
	tokens := s.Tokens
	creates := StartsWith(tokens, "CREATE")
	if !creates && !StartsWith(tokens, "DROP") {
		return Conditional{}, false
	}
	rest := Without(Without(tokens[1:], "UNIQUE"), "VIRTUAL")
	if len(rest) == 0 {
		return Conditional{}, false
	}

	kind := strings.ToLower(rest[0].Text)
	switch {
	case creates && StartsWith(rest[1:], condition[:]...):
		return Conditional{true, kind, Name(rest[4:]), s}, true
	case !creates && StartsWith(rest[1:], "IF", "EXISTS"):
		return Conditional{false, kind, Name(rest[3:]), s}, true
	}

	return Conditional{}, false
}

func (c Conditional) String() string {
	if c.Creates {
		return "CREATE " + strings.ToUpper(c.Kind) + " IF NOT EXISTS " + c.Name
	}
	return "DROP " + strings.ToUpper(c.Kind) + " IF EXISTS " + c.Name
}

// Unconditional returns the statement without its condition.
func (c Conditional) Unconditional() string {
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
