package sqlite

import (
	"context"
	"errors"

	"github.com/addreams/addreams/app/d1"
)

// Read runs the statements in one transaction that can't write: SQLite itself refuses whatever would. It takes no write
// lock, so that a program that uses the same file isn't held up.
func (db *Database) Read(ctx context.Context, statements ...d1.Statement) (results []d1.Result, err error) {
	err = db.Snapshot(ctx, func(tx d1.Database) (err error) {
		results, err = tx.Batch(ctx, statements...)
		return err
	})
	return results, err
}

// Snapshot runs do in one transaction that can't write, as Read does: all its batches read the same state of the database,
// whatever other programs write meanwhile. A batch on the Database would wait forever.
func (db *Database) Snapshot(ctx context.Context, do func(tx d1.Database) error) error {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := db.limit(conn); err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only = ON; BEGIN"); err != nil {
		return refused(ctx, err)
	}

	err = do(transaction{db, conn})

	_, restored := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK; PRAGMA query_only = OFF")
	if restored != nil {
		return errors.Join(err, discard(conn, restored))
	}
	return err
}
