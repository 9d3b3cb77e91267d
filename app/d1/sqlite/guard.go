package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	driversqlite "modernc.org/sqlite"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// guard is the authorizer of the only connection. While it is up, a caller's statement is compiled and D1's rules apply;
// while it is down, the adapter runs its own statements (BEGIN, COMMIT). Only the holder of the connection may use it.
type guard struct {
	up      bool
	limited bool        // the connection has D1's limits
	written func(Write) // see Watch; may be nil
	read    func(Read)  // see WatchReads; may be nil
}

func (g *guard) raise() { g.up = true }
func (g *guard) lower() { g.up = false }

// authorize returns to SQLite whether an operation may be compiled.
func (g *guard) authorize(action driversqlite.AuthorizerActionCode, first, second, schema, within string) driversqlite.AuthorizerReturnCode {
	if g.up {
		g.watch(action, first, second, within)
	}
	if g.up && !allowed(action, first, second, schema) {
		return driversqlite.AuthorizerDeny
	}
	return driversqlite.AuthorizerOK
}

// allowed decides as workerd does (SqliteDatabase::isAuthorized in src/workerd/util/sqlite.c++). The two arguments of each
// action are listed at https://www.sqlite.org/c3ref/c_alter_table.html.
func allowed(action driversqlite.AuthorizerActionCode, first, second, schema string) bool {
	if action == driversqlite.AuthAlterTable {
		first, second, schema = second, "", first
	}
	if schema == "temp" {
		return (action == driversqlite.AuthRead || action == driversqlite.AuthUpdate) && open(first)
	}
	if schema != "" && schema != "main" {
		return false
	}
	switch action {
	case driversqlite.AuthSelect, driversqlite.AuthRecursive, driversqlite.AuthAnalyze:
		return true
	case driversqlite.AuthRead:
		return open(first) && !built[first]
	case driversqlite.AuthCreateTable, driversqlite.AuthDelete, driversqlite.AuthDropTable, driversqlite.AuthInsert,
		driversqlite.AuthCreateView, driversqlite.AuthDropView, driversqlite.AuthReindex, driversqlite.AuthAlterTable,
		driversqlite.AuthUpdate:
		return open(first)
	case driversqlite.AuthCreateIndex, driversqlite.AuthDropIndex, driversqlite.AuthCreateTrigger, driversqlite.AuthDropTrigger:
		return open(first) && open(second)
	case driversqlite.AuthPragma:
		return d1sql.PragmaAllows(first, second)
	case driversqlite.AuthFunction:
		return functions[strings.ToLower(second)]
	case driversqlite.AuthCreateVTable, driversqlite.AuthDropVTable:
		return open(first) && modules[strings.ToLower(second)]
	}

	return false
}

// open reports whether a name is not reserved by Cloudflare.
func open(name string) bool { return !strings.HasPrefix(strings.ToLower(name), "_cf_") }

// built are tables that the driver's SQLite has and D1's does not.
var built = set("dbstat", "sqlite_dbpage")

// connector opens the connection with the guard as its authorizer. It has no limits yet, which database/sql lets nobody set here.
type connector struct {
	dsn   string
	guard *guard
}

func (c connector) Driver() driver.Driver { return &driversqlite.Driver{} }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := driversqlite.NewConnector(c.dsn)
	if err != nil {
		return nil, err
	}
	conn, err := inner.Connect(ctx)
	if err != nil {
		return nil, err
	}
	authorizer, ok := conn.(driversqlite.AuthorizerRegisterer)
	if !ok {
		return nil, errors.New("the SQLite driver has no authorizer")
	}

	c.guard.limited = false
	return conn, authorizer.RegisterAuthorizer(c.guard.authorize)
}
