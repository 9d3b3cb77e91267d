// Package apitest is a world for tests of the API: the application on a database in memory with all migrations and a bucket in a
// directory, a clock that is stopped, and browsers. Providers plays Google and GitHub, Images plays DashScope and the hosts of its
// images, and Stripe plays Stripe; they answer what the test says.
package apitest

import (
	"context"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/binary"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync/atomic"
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
	"github.com/addreams/addreams/migrations/migrated"
)

// The origins of the API and of the frontend.
const (
	PublicURL = "http://localhost:8787"
	Frontend  = "http://localhost:5173"
)

// AuthSecret is the key of cookies.
const AuthSecret = "a secret of the tests, long enough"

// World is the application with what it depends on. A field that is changed counts from the next Start, or, where the
// application asks each time (the clock, Env, Providers, Images), at once.
type World struct {
	T         testing.TB
	App       *api.App
	DB        *DB
	Bucket    *Bucket
	Scrypt    platform.Scrypt
	Env       map[string]string
	Providers *Providers
	Images    *Images
	Stripe    *Stripe
	clock     *atomic.Int64 // Unix nanoseconds
	changes   []func(*platform.Platform)
}

// New makes a world on a database without rows. The functions change its platform.
func New(t testing.TB, changes ...func(*platform.Platform)) *World {
	t.Helper()
	return NewOn(t, migrated.Open(t), changes...)
}

// EmptyDB opens a database without tables.
func EmptyDB(t testing.TB) *sqlite.Database {
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// NewOn makes a world on a database, to which it applies no migration.
func NewOn(t testing.TB, db d1.Database, changes ...func(*platform.Platform)) *World {
	t.Helper()
	w := &World{
		T: t, DB: &DB{Database: db}, Bucket: newBucket(t), Scrypt: QuickScrypt, Providers: newProviders(t), Images: &Images{},
		Stripe: &Stripe{},
		clock:  &atomic.Int64{}, changes: changes,
		Env: map[string]string{
			binding.AuthURL: PublicURL, binding.AuthSecret: AuthSecret, binding.TrustedOrigins: Frontend,
			binding.GoogleClientID: "google-id", binding.GoogleClientSecret: "google-secret",
			binding.GitHubClientID: "github-id", binding.GitHubClientSecret: "github-secret",
			binding.QwenKey: "key", binding.QwenTimeout: "5000", binding.MigrateToken: "migrate-token",
			binding.StripeSecretKey: StripeKey, binding.StripeWebhookSecret: StripeSecret,
			binding.CreditPacks: "starter=usd:1000:10:5, shoots=eur:500:3:0",
		},
	}

	w.SetClock(time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC))
	w.Providers.Now = w.Now
	w.Start()
	return w
}

// Now returns the time of the world's clock, which is stopped.
func (w *World) Now() time.Time { return time.Unix(0, w.clock.Load()).UTC() }

// Later advances the clock.
func (w *World) Later(d time.Duration) { w.clock.Add(int64(d)) }

// sleep advances the clock instead of waiting.
func (w *World) sleep(ctx context.Context, d time.Duration) error {
	w.Later(d)
	return context.Cause(ctx)
}

// SetClock sets the clock.
func (w *World) SetClock(now time.Time) { w.clock.Store(now.UnixNano()) }

// Migrate applies a folder's migrations.
func (w *World) Migrate(folder fs.FS) {
	engine, err := migrate.New(w.DB.Database, folder, migrate.Options{By: "test"})
	require.NoError(w.T, err)
	_, err = engine.Apply(w.T.Context())
	require.NoError(w.T, err)
}

// Platform returns what the application runs on.
func (w *World) Platform() platform.Platform {
	p := platform.Platform{
		DB: w.DB, Bucket: w.Bucket, Scrypt: w.Scrypt, HTTP: native.HTTPClient(hosts{w}), Spool: native.NewSpool, Now: w.Now, Sleep: w.sleep,
		Log: func(context.Context) io.Writer { return w.T.Output() },
		Env: func(name string) string { return w.Env[name] },
	}
	for _, change := range w.changes {
		change(&p)
	}
	return p
}

// Start builds the application again, as another isolate on the same database would be. The functions change its platform.
func (w *World) Start(changes ...func(*platform.Platform)) {
	p := w.Platform()
	for _, change := range changes {
		change(&p)
	}
	w.App = api.New(p)
}

// Silent discards the log.
func Silent(p *platform.Platform) { LogTo(io.Discard)(p) }

// LogTo has the log written elsewhere than to the test's.
func LogTo(to io.Writer) func(*platform.Platform) {
	return func(p *platform.Platform) { p.Log = func(context.Context) io.Writer { return to } }
}

// hosts are the hosts that the application calls.
type hosts struct{ world *World }

// RoundTrip lets Providers answer for Google and GitHub, Stripe for itself, and Images for all others.
func (h hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, domain := range [...]string{"googleapis.com", "github.com"} {
		if r.URL.Host == domain || strings.HasSuffix(r.URL.Host, "."+domain) {
			return h.world.Providers.RoundTrip(r)
		}
	}
	if r.URL.Host == "api.stripe.com" {
		return h.world.Stripe.RoundTrip(r)
	}
	return h.world.Images.RoundTrip(r)
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
