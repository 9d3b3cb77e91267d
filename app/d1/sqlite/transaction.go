package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	driversqlite "modernc.org/sqlite"

	"github.com/addreams/addreams/app/d1"
)

// Transaction runs do in one transaction, which is committed if do returns nil. Within it, a batch is not a transaction of its
// own: a statement that fails changes nothing itself, and others may follow it. A batch on the Database would wait forever.
func (db *Database) Transaction(ctx context.Context, do func(tx d1.Database) error) error {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()

	return db.transact(ctx, conn, func() error { return do(transaction{db, conn}) })
}

// transaction is the database that Transaction passes to do.
type transaction struct {
	db   *Database
	conn *sql.Conn
}

// Batch runs the statements in the transaction. If one fails, those before it are not undone.
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
	if err := db.limit(conn); err != nil {
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

// EnforceForeignKeys turns foreign keys on or off, which no statement of a batch can do.
func (db *Database) EnforceForeignKeys(ctx context.Context, on bool) error {
	_, err := db.pool.ExecContext(ctx, fmt.Sprintf("PRAGMA foreign_keys = %t", on))
	return err
}

// Watch calls written for every write that a statement is compiled to from now on, including those of triggers and foreign
// key actions. nil stops it. It is not safe for concurrent use with batches.
func (db *Database) Watch(written func(Write)) { db.guard.written = written }

// WatchReads calls read for every column that a statement is compiled to read from now on. nil stops it. It is not safe for
// concurrent use with batches.
func (db *Database) WatchReads(read func(Read)) { db.guard.read = read }

// Read is a read of a column of a table or view.
type Read struct {
	Table, Column string
	Within        string // the trigger, view or named subquery that reads; empty for the statement itself
}

// Write is a write to rows of a table.
type Write struct {
	Kind   WriteKind
	Table  string
	Column string // of an update
	Within string // the trigger or view that writes; empty for the statement itself
}

// WriteKind is the kind of a write.
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
	if action == driversqlite.AuthRead && g.read != nil {
		g.read(Read{table, column, within})
	}
}
