package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	driversqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/addreams/addreams/app/d1"
)

// refused converts the driver's error to a *d1.Error, unless the context has ended.
func refused(ctx context.Context, err error) error {
	var failure *driversqlite.Error
	switch {
	case !errors.As(err, &failure):
		return err
	case ctx.Err() != nil && failure.Code()&0xff == sqlite3.SQLITE_INTERRUPT:
		return ctx.Err()
	}
	return &d1.Error{Message: message(failure)}
}

// message returns SQLite's message without what the driver adds around it: "constraint failed: UNIQUE constraint failed: user.email (2067)".
func message(failure *driversqlite.Error) string {
	text, _, _ := strings.Cut(failure.Error(), fmt.Sprintf(" (%d)", failure.Code()))
	if _, own, framed := strings.Cut(text, ": "); framed {
		return own
	}
	return text
}

// ended reports whether SQLite has rolled the transaction back itself, as it does on some errors.
func ended(rollback error) bool {
	return strings.Contains(rollback.Error(), "no transaction is active")
}

// discard removes a connection whose state is unknown from the pool.
func discard(conn *sql.Conn, cause error) error {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	return cause
}
