package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	driversqlite "modernc.org/sqlite"

	"github.com/addreams/addreams/app/d1"
)

// Transaction runs do in one transaction, which is kept if do returns nil. Within it every batch runs at once; a
// statement that fails changes nothing, and others may follow it. A batch on the Database itself would wait forever.
func (db *Database) Transaction(ctx context.Context, do func(tx d1.Database) error) error {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()

	return db.transact(ctx, conn, func() error { return do(transaction{db, conn}) })
}

// transaction is the inside of a Transaction.
type transaction struct {
	db   *Database
	conn *sql.Conn
}

// Batch runs the statements in the transaction. Those before one that fails stay.
func (t transaction) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	bound, err := check(statements)
	if err != nil {
		return nil, err
	}
	results, err := t.db.run(ctx, t.conn, bound)
	if err != nil {
		return nil, refused(ctx, err)
	}
	return results, nil
}

// transact runs the work between BEGIN and COMMIT, or ROLLBACK if it fails.
func (db *Database) transact(ctx context.Context, conn *sql.Conn, work func() error) error {
	if err := limit(conn); err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return refused(ctx, err)
	}
	err := work()
	if err == nil {
		_, err = conn.ExecContext(ctx, "COMMIT")
	}
	if err == nil {
		return nil
	}

	// A failed COMMIT (a deferred foreign key) leaves the transaction open too.
	_, rollback := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	if rollback != nil && !ended(rollback) {
		return errors.Join(refused(ctx, err), discard(conn, rollback))
	}
	return refused(ctx, err)
}

// EnforceForeignKeys switches foreign keys on or off, which no statement of a batch can do.
func (db *Database) EnforceForeignKeys(ctx context.Context, on bool) error {
	_, err := db.pool.ExecContext(ctx, fmt.Sprintf("PRAGMA foreign_keys = %t", on))
	return err
}

// Watch reports every write that a statement is compiled to from now on, those of triggers and foreign key actions
// included: the table, and for an update the column. It ends with a nil function. Not for concurrent use with batches.
func (db *Database) Watch(written func(Write)) { db.guard.written = written }

// Write is what a statement does to rows of a table.
type Write struct {
	Kind   WriteKind
	Table  string
	Column string // of an update
	Within string // the trigger or view that does it; empty for the statement itself
}

// WriteKind tells the kinds of writes apart.
type WriteKind int

// The kinds.
const (
	Inserts WriteKind = iota
	Updates
	Deletes
)

func (g *guard) watch(action driversqlite.AuthorizerActionCode, table, column, within string) {
	kinds := map[driversqlite.AuthorizerActionCode]WriteKind{
		driversqlite.AuthInsert: Inserts, driversqlite.AuthUpdate: Updates, driversqlite.AuthDelete: Deletes,
	}
	if kind, writes := kinds[action]; writes && g.written != nil {
		g.written(Write{kind, table, column, within})
	}
}
