package migrate

import (
	"context"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/dialect"
)

const noCascade = "Keep the table and add to it, or make a new one beside it and move the readers over."

// cascades refuses to drop a table that others refer to. DROP TABLE deletes the rows first, so a cascade runs over the
// children, and D1 can't put foreign keys off: the PRAGMA does nothing in its transaction. Without a cascade it fails if
// a child has rows, and if the check is deferred, D1 resets the database.
func (r *rehearsal) cascades(ctx context.Context, file File, statement dialect.Statement, dropped string) ([]Refusal, error) {
	present, err := inspect(ctx, r.shadow)
	if err != nil {
		return nil, err
	}
	var refusals []Refusal
	tables, keys := present.children(dropped)
	for i, child := range tables {
		what := fmt.Sprintf("DROP TABLE %s would run ON DELETE %s on the rows of %s", dropped, strings.ToUpper(keys[i].onDelete), child.name)
		if action := strings.ToUpper(keys[i].onDelete); action != "CASCADE" && action != "SET NULL" && action != "SET DEFAULT" {
			empty, err := r.empty(ctx, child.name)
			if err != nil {
				return nil, err
			}
			if empty {
				continue
			}
			what = fmt.Sprintf("DROP TABLE %s would fail, since rows of %s refer to it", dropped, child.name)
		}
		refusals = append(refusals, Refusal{Cascading, file.Name, statement.Line, what, noCascade})
	}
	return refusals, nil
}

// empty tells whether the target's table has no rows. A table that the file itself made is taken to have some.
func (r *rehearsal) empty(ctx context.Context, table string) (bool, error) {
	if r.now.tables[key(table)] == nil {
		return false, nil
	}
	result, err := d1.Query(ctx, r.target, "SELECT EXISTS (SELECT 1 FROM "+quote(table)+")")
	if err != nil {
		return false, err
	}
	return !result.Rows[0].Bool(0), nil
}

// quote writes a name as an identifier.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
