package migrate

import (
	"context"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// object is a row of sqlite_master.
type object struct{ kind, name, table, sql string }

func readObject(row d1.Row) object { return object{row.Text(0), row.Text(1), row.Text(2), row.Text(3)} }

// ours tells whether the object belongs to the schema, and not to SQLite, Cloudflare or a ledger.
func (o object) ours() bool {
	name := strings.ToLower(o.name)
	return !strings.HasPrefix(name, "sqlite_") && !strings.HasPrefix(name, "_cf_") &&
		o.table != wranglerTable && o.table != ledgerTable
}

func (o object) virtual() bool {
	return o.kind == "table" && strings.HasPrefix(strings.ToUpper(o.sql), "CREATE VIRTUAL")
}

// copyInto makes the objects on an empty database. Those that a virtual table keeps its content in come with it.
func copyInto(ctx context.Context, db d1.Database, objects []object) error {
	var batch []d1.Statement
	for _, kind := range [...]string{"table", "index", "view", "trigger"} {
		for _, object := range objects {
			if object.kind == kind && !kept(object, objects) {
				batch = append(batch, d1.SQL(object.sql))
			}
		}
	}
	_, err := db.Batch(ctx, batch...)
	return err
}

// kept tells whether the table is one that a virtual table among the objects keeps its content in, as "search_data" is
// of "search" (https://www.sqlite.org/vtab.html#the_xshadowname_method).
func kept(o object, objects []object) bool {
	for _, other := range objects {
		if other.virtual() && o.kind == "table" && strings.HasPrefix(o.name, other.name+"_") {
			return true
		}
	}
	return false
}
