package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	driversqlite "modernc.org/sqlite"

	"github.com/addreams/addreams/app/d1/dialect"
)

// guard is the authorizer of the one connection. While it is up, a caller's statement is compiled and D1's rules hold;
// while it is down the adapter itself speaks (BEGIN, COMMIT). Only the holder of the connection touches it.
type guard struct {
	up      bool
	written func(Write) // see Watch; may be nil
}

func (g *guard) raise() { g.up = true }
func (g *guard) lower() { g.up = false }

// authorize answers SQLite's question whether an operation may be compiled.
func (g *guard) authorize(action driversqlite.AuthorizerActionCode, name, detail, _, within string) driversqlite.AuthorizerReturnCode {
	if g.up {
		g.watch(action, name, detail, within)
	}
	if g.up && !allowed(action, name, detail) {
		return driversqlite.AuthorizerDeny
	}
	return driversqlite.AuthorizerOK
}

func allowed(action driversqlite.AuthorizerActionCode, name, detail string) bool {
	switch action {
	case driversqlite.AuthTransaction, driversqlite.AuthSavepoint, driversqlite.AuthAttach, driversqlite.AuthDetach,
		driversqlite.AuthCreateTempIndex, driversqlite.AuthCreateTempTable, driversqlite.AuthCreateTempTrigger,
		driversqlite.AuthCreateTempView, driversqlite.AuthDropTempIndex, driversqlite.AuthDropTempTable,
		driversqlite.AuthDropTempTrigger, driversqlite.AuthDropTempView:
		return false
	case driversqlite.AuthPragma:
		return dialect.PragmaAllowed(name)
	case driversqlite.AuthCreateTable, driversqlite.AuthDropTable:
		return !strings.HasPrefix(strings.ToLower(name), "_cf_")
	case driversqlite.AuthCreateVTable:
		return strings.HasPrefix(strings.ToLower(detail), "fts5")
	case driversqlite.AuthFunction:
		return !hidden(detail)
	}
	return true
}

// hidden tells whether D1 hides the function. ALTER TABLE needs others whose names begin with sqlite_.
func hidden(function string) bool {
	switch function {
	case "load_extension", "sqlite_compileoption_get", "sqlite_compileoption_used", "sqlite_source_id", "sqlite_version":
		return true
	}
	return false
}

// connector opens the connection with the guard as its authorizer.
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
		return nil, fmt.Errorf("the SQLite driver has no authorizer")
	}
	return conn, authorizer.RegisterAuthorizer(c.guard.authorize)
}
