// Package store keeps the application's data: all its SQL, one file per table or aggregate, on package d1. It implements
// the Store interfaces of the domain (auth, studio) and knows no HTTP. A method runs one batch, hence all or nothing,
// unless its comment says otherwise. Tables and columns are those of migrations/.
//
// SQL is a const beside the method that runs it, named by its SQL verb: select, insert, update, upsert or delete.
package store

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/d1"
)

// Store is the application's database.
type Store struct {
	db d1.Database

	ProvenOnly  bool  // gives free credits only to users whose address is verified
	FreeCredits int64 // of each kind
}

// New returns the store on a database that has all migrations.
func New(db d1.Database) *Store { return &Store{db: db, FreeCredits: 1} }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.run(ctx, "ping", d1.SQL("SELECT 1")) }

// seconds converts a time to what the tables hold: Unix seconds. The zero time is NULL.
func seconds(at time.Time) *int64 {
	if at.IsZero() {
		return nil
	}
	unix := at.Unix()
	return &unix
}

// secondsUp returns the first whole second that is not before a time. A row, whose times are whole seconds, has not
// expired at that time if it expires in this second or later: auth.Session.ValidAt in SQL.
func secondsUp(at time.Time) int64 { return at.Add(time.Second - 1).Unix() }
