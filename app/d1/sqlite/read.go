package sqlite

import (
	"context"
	"errors"

	"github.com/addreams/addreams/app/d1"
)

// Read runs the statements in one transaction that can't write: SQLite itself refuses whatever would. It takes no write
// lock, so that a program that uses the same file isn't held up.
func (db *Database) Read(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	bound, err := check(statements)
	if err != nil || len(bound) == 0 {
		return nil, err
	}
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := limit(conn); err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only = ON; BEGIN"); err != nil {
		return nil, refused(ctx, err)
	}

	results, err := db.run(ctx, conn, bound)

	_, restored := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK; PRAGMA query_only = OFF")
	if restored != nil {
		return nil, errors.Join(err, discard(conn, restored))
	}
	if err != nil {
		return nil, refused(ctx, err)
	}
	return results, nil
}
