package rehearse

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// checkNewChecks finds new CHECKs of new columns that refuse rows which don't give these columns a value.
func (t *trial) checkNewChecks(ctx context.Context) error {
	for _, survivor := range t.survivors {
		was, is := t.before.Tables[survivor.Old], t.after.Tables[survivor.Present]
		for _, clause := range is.Clauses {
			if !clause.Check() || slices.Contains(was.Clauses, clause) || clause.GainRisk(was) != migrate.RiskAdditive {
				continue
			}
			broken, err := t.breaks(ctx, clause, is)
			if err != nil {
				return err
			}
			if broken {
				t.effect.Worsen("constraint of "+is.Name, clause.Text)
			}
		}
	}
	return nil
}

// breaks reports whether a row of defaults breaks the CHECK, or may, since a generated column's value depends.
func (t *trial) breaks(ctx context.Context, check schema.Clause, of *schema.Table) (bool, error) {
	var terms []string
	for _, word := range sqltext.Words(check.Text) {
		column, found := of.Column(word)
		switch {
		case !found && (word == "rowid" || word == "_rowid_" || word == "oid"):
			return true, nil
		case !found:
			continue
		case column.Generated(), word == "true", word == "false": // the query below could not name such a column
			return true, nil
		}
		value := "NULL"
		if column.DefaultValue != "" {
			value = "(" + column.DefaultValue + ")"
		}
		terms = append(terms, value+" AS "+sqltext.Quote(column.Name))
	}
	if len(terms) == 0 {
		return true, nil // it is about no column
	}

	result, err := d1.Query(ctx, t.tx, "SELECT coalesce("+strings.TrimPrefix(check.Text, "check ")+", 1) IS TRUE AS kept FROM (SELECT "+strings.Join(terms, ", ")+")")
	var refused *d1.Error
	if errors.As(err, &refused) {
		return true, nil
	}
	if err != nil {
		return false, err
	}

	var kept bool
	err = result.Only("whether the CHECK holds", &kept)
	return !kept, err
}
