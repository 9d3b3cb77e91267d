package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1test"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
	"github.com/addreams/addreams/migrations/migrated"
)

// studio is the application. Everything is real except the provider, the clock and the hash of passwords.
type studio struct {
	t        testing.TB
	app      *api.App
	db       *watchedDB
	bucket   *watchedBucket
	provider *provider
	env      map[string]string
	now      atomic.Int64 // Unix seconds
	platform platform.Platform
}

// newStudio starts one. The functions change its platform.
func newStudio(t testing.TB, change ...func(*platform.Platform)) *studio {
	t.Helper()
	objects, err := native.OpenBucket(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, objects.Close()) })

	s := &studio{
		t: t, db: &watchedDB{Database: migrated.Open(t)}, bucket: &watchedBucket{Bucket: objects, objects: map[string]string{}},
		provider: &provider{}, env: map[string]string{
			binding.AuthURL: apitest.PublicURL, binding.TrustedOrigins: apitest.Frontend, binding.AuthSecret: "a secret of thirty-two characters",
			binding.QwenKey: "key", binding.QwenTimeout: "5000", binding.MigrateToken: "migrate-token",
		},
	}
	s.now.Store(time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC).Unix())
	p := platform.Platform{
		DB: s.db, Bucket: s.bucket, HTTP: native.HTTPClient(s.provider),
		Scrypt: func(_ context.Context, password, salt []byte, _, _, _, keyLen int) ([]byte, error) {
			return []byte(strings.Repeat(string(password)+string(salt), keyLen))[:keyLen], nil
		},
		Spool: native.NewSpool,
		Now:   func() time.Time { return time.Unix(s.now.Load(), 0) },
		Log:   func(context.Context) io.Writer { return t.Output() },
		Env:   func(name string) string { return s.env[name] },
	}
	for _, apply := range change {
		apply(&p)
	}
	s.platform = p
	s.restart()
	return s
}

// restart builds the application again, with the current environment.
func (s *studio) restart() { s.app = api.New(s.platform) }

func silent(p *platform.Platform) { p.Log = func(context.Context) io.Writer { return io.Discard } }

func withoutBucket(p *platform.Platform) { p.Bucket = nil }

func (s *studio) later(d time.Duration) { s.now.Add(int64(d / time.Second)) }

// sql runs a statement and returns its rows.
func (s *studio) sql(text string, args ...any) []d1test.Row {
	s.t.Helper()
	return d1test.Query(s.t, s.db.Database, text, args...)
}

// user is a signed-in user.
type user struct {
	*studio
	id      string
	cookies []*http.Cookie
}

// signUp creates a user with five credits of each kind.
func (s *studio) signUp(name string) *user {
	s.t.Helper()
	u := &user{studio: s}
	response := u.do(http.MethodPost, "/api/auth/sign-up/email", `{"name":"`+name+`","email":"`+name+`@example.test","password":"12345678"}`,
		"Content-Type", "application/json")
	require.Equal(s.t, http.StatusOK, response.Code, response.Body)
	u.cookies = response.Result().Cookies()
	u.id = s.sql("SELECT id FROM user WHERE name = ?", name)[0].Text(0)
	s.sql("INSERT INTO user_profile (user_id, credits_product_shoots, credits_ad_graphics) VALUES (?, 5, 5)", u.id)
	return u
}

// withTokenOnly drops the session cache.
func (u *user) withTokenOnly() *user {
	var kept []*http.Cookie
	for _, cookie := range u.cookies {
		if strings.HasSuffix(cookie.Name, "session_token") {
			kept = append(kept, cookie)
		}
	}
	return &user{studio: u.studio, id: u.id, cookies: kept}
}

func (u *user) request(method, path string, body io.Reader, headers ...string) *http.Request {
	request := httptest.NewRequest(method, path, body)
	for _, cookie := range u.cookies {
		request.AddCookie(cookie)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return request
}

func (u *user) do(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	response := httptest.NewRecorder()
	u.app.ServeHTTP(response, u.request(method, path, strings.NewReader(body), headers...))
	return response
}

func (u *user) get(path string, headers ...string) *httptest.ResponseRecorder {
	return u.do(http.MethodGet, path, "", headers...)
}

// balance is the user's credits for product shoots and for ad graphics.
func (u *user) balance() [2]int64 {
	row := u.sql("SELECT credits_product_shoots, credits_ad_graphics FROM user_profile WHERE user_id = ?", u.id)[0]
	return [2]int64{row.Int(0), row.Int(1)}
}

// generate makes an image from text, and returns the generation's ID.
func (u *user) generate() string {
	u.t.Helper()
	response := u.do(http.MethodPost, "/api/workflows/image-from-text", `{"prompt":"a shoe"}`)
	require.Equal(u.t, http.StatusOK, response.Code, response.Body)
	return decode[struct{ GenerationID string }](u.t, response).GenerationID
}

func decode[T any](t testing.TB, response *httptest.ResponseRecorder) T {
	t.Helper()
	var body T
	require.NoError(t, json.Unmarshal(response.Body.Bytes(), &body), response.Body)
	return body
}

// failure returns the code of an error in the long form.
func failure(t testing.TB, response *httptest.ResponseRecorder) string {
	t.Helper()
	return decode[struct{ Error struct{ Code string } }](t, response).Error.Code
}

// watchedDB counts round trips, and fails the selected ones.
type watchedDB struct {
	d1.Database
	mu    sync.Mutex
	trips int
	fail  func(first string) bool // by the batch's first statement
}

func (w *watchedDB) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	w.mu.Lock()
	w.trips++
	fail := w.fail
	w.mu.Unlock()
	if fail != nil && fail(statements[0].SQL) {
		return nil, errors.New("D1 is overloaded")
	}
	return w.Database.Batch(ctx, statements...)
}

// tripsOf counts the round trips that f makes.
func (w *watchedDB) tripsOf(f func()) int {
	before := w.trips
	f()
	return w.trips - before
}

// watchedBucket records its keys and their content types, and fails the selected Puts.
type watchedBucket struct {
	platform.Bucket
	mu      sync.Mutex
	objects map[string]string
	fail    func(key string) error
}

func (w *watchedBucket) Put(ctx context.Context, key string, body io.Reader, options platform.PutOptions) error {
	if w.fail != nil {
		if err := w.fail(key); err != nil {
			return err
		}
	}
	if err := w.Bucket.Put(ctx, key, body, options); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.objects[key] = options.ContentType
	return nil
}

func (w *watchedBucket) Delete(ctx context.Context, keys ...string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, key := range keys {
		delete(w.objects, key)
	}
	return w.Bucket.Delete(ctx, keys...)
}
