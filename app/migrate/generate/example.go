package generate

import (
	"fmt"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// value returns a value for a column: one that a CHECK names, or one of its type.
func (s *sampler) value(table *schema.Table, column schema.Column, i, shape int) string {
	present := s.present(table.Name)
	is := s.want.schema.Tables[present]
	now, kept := schema.Column{}, false
	if is != nil {
		now, kept = is.Column(s.newColumn(present, column.Name))
	}
	filled := false
	if kept {
		_, filled = s.fill(is, now.Name)
	}
	needed := column.NotNull || column.Primary > 0 || kept && now.NotNull && !filled
	if shape == 1 && !needed {
		return "NULL"
	}

	named := literals(table, column)
	if kept {
		named = append(literals(is, now), named...) // those that both take come first if they are the same
	}
	switch {
	case len(named) > 0 && shape < 2:
		return named[i%len(named)]
	case column.Affinity() == "integer" || column.Affinity() == "numeric":
		return fmt.Sprint(i + 1)
	case column.Affinity() == "real":
		return fmt.Sprintf("%d.5", i)
	case column.DeclaredType == "blob":
		return fmt.Sprintf("x'0%d'", i)
	case shape == 2:
		return sqltext.Literal(string(rune('a' + i)))
	}
	return sqltext.Literal(fmt.Sprintf("%s %d", column.Name, i+1))
}

// literals returns the texts and numbers in the CHECKs of a column.
func literals(table *schema.Table, column schema.Column) []string {
	var found []string
	for _, clause := range table.Clauses {
		if !clause.Check() || !clause.About(column) {
			continue
		}
		tokens, err := sqltext.Tokens(clause.Text)
		if err != nil {
			continue
		}
		for _, token := range tokens {
			if number := token.Kind == d1sql.Word && '0' <= token.Text[0] && token.Text[0] <= '9'; number || token.Kind == d1sql.Text {
				found = append(found, token.Text)
			}
		}
	}

	return found
}
