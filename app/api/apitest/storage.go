package apitest

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
)

// DB counts the round trips to the database, and fails the selected ones.
type DB struct {
	d1.Database
	Trips int
	Fail  func(first string) bool // by the batch's first statement
	mu    sync.Mutex
}

// Batch runs the statements.
func (db *DB) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	db.mu.Lock()
	db.Trips++
	fail := db.Fail
	db.mu.Unlock()
	if fail != nil && fail(statements[0].SQL) {
		return nil, errors.New("D1 is overloaded")
	}
	return db.Database.Batch(ctx, statements...)
}

// TripsOf returns the number of round trips that f makes.
func (db *DB) TripsOf(f func()) int {
	before := db.Trips
	f()
	return db.Trips - before
}

// Bucket records the content type of each object, by key, and fails the selected Puts.
type Bucket struct {
	platform.Bucket
	Objects map[string]string
	Fail    func(key string) error
	mu      sync.Mutex
}

func newBucket(t testing.TB) *Bucket {
	objects, err := native.OpenBucket(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, objects.Close()) })
	return &Bucket{Bucket: objects, Objects: map[string]string{}}
}

// Len returns the number of objects.
func (b *Bucket) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.Objects)
}

// Put stores an object.
func (b *Bucket) Put(ctx context.Context, key string, body io.Reader, options platform.PutOptions) error {
	if b.Fail != nil {
		if err := b.Fail(key); err != nil {
			return err
		}
	}
	if err := b.Bucket.Put(ctx, key, body, options); err != nil {
		return err
	}

	b.mu.Lock()
	defer b.mu.Unlock()
	b.Objects[key] = options.ContentType
	return nil
}

// Delete removes objects.
func (b *Bucket) Delete(ctx context.Context, keys ...string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, key := range keys {
		delete(b.Objects, key)
	}
	return b.Bucket.Delete(ctx, keys...)
}
