package dbstudio

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/migrate/sqltext"
)

// filter is a condition on one column.
type filter struct {
	Column string `json:"column"`
	Op     string `json:"op"`
	Value  any    `json:"value"` // null, text, number or boolean
}

// comparisons maps the operators that take a value to SQL.
var comparisons = map[string]string{"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}

// where returns the SQL of the filters, each in brackets. A masked secret can be compared only as a whole, so that it can't be
// guessed piece by piece.
func (t *table) where(filters []filter, revealed map[string]bool) ([]string, error) {
	var terms []string
	for _, f := range filters {
		c := t.column(f.Column)
		if c == nil {
			return nil, badRequest("The table %s has no column %s.", t.Name, f.Column)
		}
		whole := f.Op == "eq" || f.Op == "null" || f.Op == "notnull"
		if c.Secret && !revealed[c.Name] && !whole {
			return nil, badRequest("The column %s is masked: show it before you search in it.", c.Name)
		}
		term, err := c.condition(f)
		if err != nil {
			return nil, err
		}
		terms = append(terms, "("+term+")")
	}

	return terms, nil
}

// condition returns the SQL of a filter. It does not use LIKE, whose patterns D1 limits to 50 bytes.
func (c *column) condition(f filter) (string, error) {
	name := sqltext.Quote(c.Name)
	switch f.Op {
	case "null":
		return name + " IS NULL", nil
	case "notnull":
		return name + " IS NOT NULL", nil
	}
	value, err := literalOf(f.Value)
	if err != nil {
		return "", err
	}
	if operator, compares := comparisons[f.Op]; compares {
		return c.compare(operator, f.Value, value), nil
	}
	switch f.Op {
	case "contains":
		return "instr(lower(" + name + "), lower(" + value + ")) > 0", nil
	case "starts":
		return "substr(" + name + ", 1, length(" + value + ")) = " + value, nil
	}

	return "", badRequest("A filter can't be %q.", f.Op)
}

// compare returns the SQL that compares a column with a value. The page sends text; in a column without a type, 5 and '5' differ.
func (c *column) compare(operator string, value any, literal string) string {
	plain := sqltext.Quote(c.Name) + " " + operator + " " + literal
	typed, isText := value.(string)
	if number := numberIn(typed); isText && c.untyped() && number != "" {
		if operator == "<>" {
			return plain + " AND " + sqltext.Quote(c.Name) + " <> " + number
		}
		return plain + " OR typeof(" + sqltext.Quote(c.Name) + ") IN ('integer', 'real') AND " + sqltext.Quote(c.Name) + " " + operator + " " + number
	}
	return plain
}

// numberIn returns a text if it is a number in JSON's notation, and "" otherwise.
func numberIn(text string) string {
	text = strings.TrimSpace(text)
	if !json.Valid([]byte(text)) {
		return ""
	}
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return ""
	}
	return text
}
