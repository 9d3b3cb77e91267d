package rehearse

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// The running Worker does not give a new column a value, and it relies on NULL where a column had no default. A default that
// a constraint refuses makes its inserts fail, also if there is no row yet.

// checkDefaults lists new columns whose default or computed value may make inserts fail, and existing ones that gain such
// a default.
func (t *trial) checkDefaults(ctx context.Context) error {
	for _, survivor := range t.survivors {
		was, is := t.before.Tables[survivor.Old], t.after.Tables[survivor.Present]
		for _, column := range is.Columns {
			had, old := was.Column(column.Name)
			if !old && column.Generated() && is.RefusesType(column, "another") {
				t.effect.Blame("column "+is.Name+"."+column.Name, "a STRICT table refuses computed values of another type")
			}
			if !old && column.Stored() && !is.Shortens(column) {
				t.effect.Blame("column "+is.Name+"."+column.Name, "with what it is computed from it may be more than a row takes")
			}
			if column.DefaultValue == "" || old && had.DefaultValue != "" {
				continue
			}
			why, err := t.refusesDefault(ctx, is, column, old)
			if err != nil {
				return err
			}
			if why != "" {
				t.effect.Blame("column "+is.Name+"."+column.Name, why)
			}
		}
	}
	return nil
}

// refusesDefault says why inserts that rely on the column's default may fail; empty if they don't.
func (t *trial) refusesDefault(ctx context.Context, of *schema.Table, column schema.Column, old bool) (string, error) {
	if sqltext.MayFail(column.DefaultValue, sqltext.AllowedRun) {
		return "the default may fail", nil
	}
	if old {
		if why := t.after.RefusesDefault(of, column); why != "" {
			return why, nil
		}
	}

	kind, err := t.typeOfDefault(ctx, column)
	words := sqltext.Words(column.DefaultValue)
	varies := slices.ContainsFunc(words, func(w string) bool { return strings.Contains(" nullif iif if case like glob ", " "+w+" ") })
	switch {
	case err != nil:
		return "", err
	case kind == "" && len(words) == 1 && !strings.Contains(column.DefaultValue, "("):
		return "the default is a name, which SQLite takes for a text; write DEFAULT " + sqltext.Literal(words[0]), nil
	case kind == "":
		return "the default fails", nil
	case !old && column.NotNull && (kind == "null" || varies):
		return "the default may be NULL, which the column refuses", nil
	case of.RefusesType(column, kind):
		return "the default is of another type, which a STRICT table refuses", nil
	case slices.Contains(words, "random") || slices.Contains(words, "randomblob"):
		if slices.ContainsFunc(of.Clauses, func(c schema.Clause) bool { return c.Check() && c.About(column) }) {
			return "its CHECK may refuse the default", nil
		}
	}
	return "", nil
}

// typeOfDefault returns the type of the default's value; empty if it fails.
func (t *trial) typeOfDefault(ctx context.Context, column schema.Column) (string, error) {
	result, err := d1.Query(ctx, t.tx, "SELECT typeof("+column.DefaultValue+") AS kind")
	var refused *d1.Error
	if errors.As(err, &refused) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var kind string
	err = result.Only("the type of a default", &kind)
	return kind, err
}
