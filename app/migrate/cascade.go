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
	for _, child := range present.children(dropped) {
		what := fmt.Sprintf("DROP TABLE %s would run ON DELETE %s on the rows of %s", dropped, child.onDelete, child.table)
		if child.onDelete == "NO ACTION" || child.onDelete == "RESTRICT" {
			empty, err := r.empty(ctx, child.table)
			if err != nil {
				return nil, err
			}
			if empty {
				continue
			}
			what = fmt.Sprintf("DROP TABLE %s would fail, since rows of %s refer to it", dropped, child.table)
		}
		refusals = append(refusals, Refusal{Cascading, file.Name, statement.Line, what, noCascade})
	}
	return refusals, nil
}

// empty tells whether the target's table has no rows. One that is made by a pending file is taken to have some.
func (r *rehearsal) empty(ctx context.Context, table string) (bool, error) {
	if !r.there[key(table)] {
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
