package lineage

import (
	"strings"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Survivor is a table that exists before and after a file, itself or rebuilt.
type Survivor struct {
	Old, Present string
	Rebuilt      bool
	Pairs        [][2]string // columns that still exist, by old and present names
}

// Source returns a query for the old table under the columns' present names, with the rows' keys.
func (s Survivor) Source(was *schema.Table) string {
	terms := []string{was.KeyExpression() + " AS " + RowKey}
	for _, pair := range s.Pairs {
		terms = append(terms, sqltext.Quote(pair[0])+" AS "+sqltext.Quote(pair[1]))
	}
	return "(SELECT " + strings.Join(terms, ", ") + " FROM " + sqltext.Quote(was.Name) + ")"
}

// RowKey is a name that no column has.
const RowKey = `"addreams: key"`
