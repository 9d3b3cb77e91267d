// Package apitest is a world for tests of the API: the application on a database in memory with all migrations, a clock
// that is stopped, and browsers. Google and GitHub are played by Providers, and answer what the test says.
package apitest

import (
	"context"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/binary"
	"io"
	"io/fs"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1test"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
	"github.com/addreams/addreams/migrations"
)

// The origins of the API and of the frontend.
const (
	PublicURL = "http://localhost:8787"
	Frontend  = "http://localhost:5173"
)

// AuthSecret is the key of cookies.
const AuthSecret = "a secret of the tests, long enough"

// World is the application with what it depends on. A field that is changed counts from the next Start, or, where the
// application asks each time (Now, Env, Providers), at once.
type World struct {
	T         *testing.T
	App       *api.App
	DB        *CountedDB
	Scrypt    platform.Scrypt
	Now       time.Time
	Env       map[string]string
	Providers *Providers
}

// New makes a world on a database without rows.
func New(t *testing.T) *World {
	w := NewOn(t, EmptyDB(t))
	w.Migrate(migrations.FS)
	return w
}

// EmptyDB opens a database without tables.
func EmptyDB(t *testing.T) *sqlite.Database {
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// NewOn makes a world on a database, to which it applies no migration.
func NewOn(t *testing.T, db d1.Database) *World {
	w := &World{
		T: t, DB: &CountedDB{Database: db}, Scrypt: QuickScrypt, Providers: newProviders(t),
		Now: time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC),
		Env: map[string]string{
			binding.AuthURL: PublicURL, binding.AuthSecret: AuthSecret, binding.TrustedOrigins: Frontend,
			binding.GoogleClientID: "google-id", binding.GoogleClientSecret: "google-secret",
			binding.GitHubClientID: "github-id", binding.GitHubClientSecret: "github-secret",
		},
	}
	w.Providers.Now = func() time.Time { return w.Now }
	w.Start()
	return w
}

// Migrate applies a folder's migrations.
func (w *World) Migrate(folder fs.FS) {
	engine, err := migrate.New(w.DB.Database, folder, migrate.Options{By: "test"})
	require.NoError(w.T, err)
	_, err = engine.Apply(w.T.Context())
	require.NoError(w.T, err)
}

// Start builds the application again, as another isolate on the same database would be.
func (w *World) Start() { w.StartOn(w.DB) }

// StartOn does the same on another database.
func (w *World) StartOn(db d1.Database) {
	w.App = api.New(platform.Platform{
		DB: db, Scrypt: w.Scrypt, HTTP: native.HTTPClient(w.Providers),
		Now: func() time.Time { return w.Now },
		Log: func(context.Context) io.Writer { return w.T.Output() },
		Env: func(name string) string { return w.Env[name] },
	})
}

// QuickScrypt takes the place of scrypt, which takes a tenth of a second. It depends on all its arguments, too.
func QuickScrypt(_ context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error) {
	mac := hmac.New(sha512.New, password)
	mac.Write(salt)
	mac.Write(binary.AppendVarint(nil, int64(n<<16|r<<8|p)))
	return mac.Sum(nil)[:keyLen], nil
}

// SQL runs a statement and returns its rows.
func (w *World) SQL(statement string, args ...any) []d1test.Row {
	w.T.Helper()
	return d1test.Query(w.T, w.DB.Database, statement, args...)
}

// Count returns the number that a query answers.
func (w *World) Count(query string, args ...any) int64 { return w.SQL(query, args...)[0].Int(0) }

// CountedDB counts the trips to the database.
type CountedDB struct {
	d1.Database
	mutex sync.Mutex
	Trips int
}

// Batch runs the statements.
func (db *CountedDB) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	db.mutex.Lock()
	db.Trips++
	db.mutex.Unlock()
	return db.Database.Batch(ctx, statements...)
}
