// Package store keeps the application's data: all its SQL, one file a table or aggregate, on the small database door of
// package d1. It implements the Store interfaces of the domain (auth, studio). A method is one batch, hence all or
// nothing, unless its comment says otherwise. Tables and columns are those of migrations/.
package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/d1"
)

// Store is the application's database.
type Store struct {
	db d1.Database

	ProvenOnly bool // free credits are for users whose address is proven
}

// New returns the store on a database that has all migrations.
func New(db d1.Database) *Store { return &Store{db: db} }

// seconds is a time as the tables have it: Unix seconds. The zero time is NULL.
func seconds(at time.Time) *int64 {
	if at.IsZero() {
		return nil
	}
	unix := at.Unix()
	return &unix
}

// secondsUp is the first whole second that is not before a time. What ends in a whole second, as rows have it, has not
// expired at that time if it ends in this second or later: auth.Session.ValidAt in SQL.
func secondsUp(at time.Time) int64 { return at.Add(time.Second - 1).Unix() }

// instant reads a column of Unix seconds. NULL is the zero time.
func instant(row d1.Row, column int) time.Time {
	unix := row.NullInt(column)
	if unix == nil {
		return time.Time{}
	}
	return time.Unix(*unix, 0).UTC()
}

// change runs a statement whose condition may not hold any more; auth.ErrGone if it changed nothing.
func (s *Store) change(ctx context.Context, statement d1.Statement) error {
	results, err := s.db.Batch(ctx, statement)
	if err != nil {
		return err
	}
	return changed(results[0])
}

// run runs statements as one batch, whose answers nobody needs.
func (s *Store) run(ctx context.Context, statements ...d1.Statement) error {
	_, err := s.db.Batch(ctx, statements...)
	return err
}
