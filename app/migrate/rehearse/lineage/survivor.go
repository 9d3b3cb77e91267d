package lineage

import (
	"strings"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Survivor is a table that was there before a file and is there after it, itself or rebuilt.
type Survivor struct {
	Old, Present string
	Rebuilt      bool
	Pairs        [][2]string // columns that were there and still are, by both names
}

// Source reads the table as it was, under the names that its columns are to have, with its rows' keys.
func (s Survivor) Source(was *schema.Table) string {
	terms := []string{was.KeyExpression() + " AS " + RowKey}
	for _, pair := range s.Pairs {
		terms = append(terms, sqltext.Quote(pair[0])+" AS "+sqltext.Quote(pair[1]))
	}
	return "(SELECT " + strings.Join(terms, ", ") + " FROM " + sqltext.Quote(was.Name) + ")"
}

// RowKey is a name that no column has.
const RowKey = `"addreams: key"`
