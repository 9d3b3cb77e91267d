// Package sqlite is a d1.Database on a local SQLite file or in memory, for the native server and for tests. It behaves
// like D1 wherever the two could differ: a batch is the only kind of transaction, foreign keys are always on, numbers are
// bound as doubles, and what exceeds D1's limits or uses a banned statement or pragma is refused with D1's messages. The
// rules are those of workerd's D1, which is SQLite with an authorizer.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
)

// Memory is the path of a database that exists in memory until it is closed. Each Open creates a new one.
const Memory = ":memory:"

// Database is a SQLite database. It is safe for concurrent use; batches run one after another, as on D1.
type Database struct {
	pool  *sql.DB // of one connection
	guard *guard
}

// Option changes how a database is opened.
type Option func(*pragmas)

// WithoutForeignKeys does not enforce foreign keys, for a database that holds a schema and no rows to refer to.
func WithoutForeignKeys(p *pragmas) { p.foreignKeys = 0 }

type pragmas struct{ foreignKeys int }

// Open opens the database in the file, and creates the file if it does not exist.
func Open(path string, options ...Option) (*Database, error) {
	chosen := pragmas{foreignKeys: 1}
	for _, option := range options {
		option(&chosen)
	}

	guard := &guard{}
	pool := sql.OpenDB(connector{dsn: source(path, chosen), guard: guard})
	pool.SetMaxOpenConns(1)
	pool.SetMaxIdleConns(1)
	if err := pool.Ping(); err != nil {
		return nil, errors.Join(fmt.Errorf("open SQLite database %s: %w", path, err), pool.Close())
	}
	return &Database{pool: pool, guard: guard}, nil
}

// source returns the driver's name for a path. A second process, such as the command line beside a server, waits up to five
// seconds for a lock.
func source(path string, chosen pragmas) string {
	foreignKeys := fmt.Sprintf("foreign_keys(%d)", chosen.foreignKeys)
	if path == Memory {
		return Memory + "?_defensive=1&_pragma=" + foreignKeys
	}
	options := url.Values{"_defensive": {"1"}, "_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)", foreignKeys}}
	return (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: options.Encode()}).String()
}

// Close closes the database. One in memory is lost.
func (db *Database) Close() error { return db.pool.Close() }

// Batch runs the statements in one transaction.
func (db *Database) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	bound, err := check(statements)
	if err != nil || len(bound) == 0 {
		return nil, err
	}
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()

	var results []d1.Result
	err = db.transact(ctx, conn, func() (err error) {
		results, err = db.run(ctx, conn, bound)
		return err
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

type bound struct {
	sql  string
	args []any
}

// check refuses what D1 would refuse before running anything.
func check(statements []d1.Statement) ([]bound, error) {
	checked := make([]bound, len(statements))
	for i, statement := range statements {
		values, err := statement.Values()
		if err != nil {
			return nil, err
		}
		parts, err := d1sql.Split(statement.SQL)
		if err != nil {
			return nil, &d1.Error{Message: err.Error()}
		}
		if len(parts) != 1 {
			return nil, &d1.Error{Message: fmt.Sprintf("a statement of a batch must be one SQL statement, this is %d", len(parts))}
		}
		checked[i] = bound{statement.SQL, asDoubles(values)}
	}

	return checked, nil
}

// asDoubles converts integers to doubles, as D1 does, so that arithmetic has the same results.
func asDoubles(values []any) []any {
	for i, value := range values {
		if number, ok := value.(int64); ok {
			values[i] = float64(number)
		}
	}
	return values
}

func (db *Database) run(ctx context.Context, conn *sql.Conn, statements []bound) ([]d1.Result, error) {
	results := make([]d1.Result, 0, len(statements))
	before, err := totalChanges(ctx, conn)
	if err != nil {
		return nil, err
	}
	for _, statement := range statements {
		result, err := db.query(ctx, conn, statement)
		if err != nil {
			return nil, err
		}
		after, err := totalChanges(ctx, conn)
		if err != nil {
			return nil, err
		}
		result.Changes, before = after-before, after
		results = append(results, result)
	}

	return results, nil
}

// totalChanges returns the number of rows changed on this connection so far, including those changed by foreign key actions
// and triggers. D1's `changes` is its growth over a statement.
func totalChanges(ctx context.Context, conn *sql.Conn) (total int64, err error) {
	err = conn.QueryRowContext(ctx, "SELECT total_changes()").Scan(&total)
	return total, err
}

func (db *Database) query(ctx context.Context, conn *sql.Conn, statement bound) (d1.Result, error) {
	db.guard.raise()
	defer db.guard.lower()
	rows, err := conn.QueryContext(ctx, statement.sql, statement.args...)
	if err != nil {
		return d1.Result{}, err
	}
	result, err := readAll(rows)
	return result, errors.Join(err, rows.Close())
}
