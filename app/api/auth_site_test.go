package api_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/binary"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
	"github.com/addreams/addreams/migrations"
)

const authSecret = "a secret of the tests, long enough"

// site is the application on a database of its own, with a clock that stands still, and providers that answer what the
// test says.
type site struct {
	t         *testing.T
	app       *api.App
	db        *countedDB
	scrypt    platform.Scrypt
	now       time.Time
	env       map[string]string
	providers *providers
}

// newSite is a site on an empty database with all migrations.
func newSite(t *testing.T) *site {
	s := siteOn(t, emptyDB(t))
	s.migrate(migrations.FS)
	return s
}

func emptyDB(t *testing.T) *sqlite.Database {
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func siteOn(t *testing.T, db d1.Database) *site {
	s := &site{
		t: t, db: &countedDB{Database: db}, scrypt: quickScrypt, providers: newProviders(t),
		now: time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC),
		env: map[string]string{
			binding.AuthURL: publicURL, binding.AuthSecret: authSecret, binding.TrustedOrigins: frontend,
			binding.GoogleClientID: "google-id", binding.GoogleClientSecret: "google-secret",
			binding.GitHubClientID: "github-id", binding.GitHubClientSecret: "github-secret",
		},
	}
	s.providers.now = func() time.Time { return s.now }
	s.start()
	return s
}

// migrate applies a folder's migrations.
func (s *site) migrate(folder fs.FS) {
	engine, err := migrate.New(s.db.Database, folder, migrate.Options{By: "test"})
	require.NoError(s.t, err)
	_, err = engine.Apply(s.t.Context())
	require.NoError(s.t, err)
}

// start makes the application anew, as another isolate on the same database would be.
func (s *site) start() { s.startOn(s.db) }

// startOn does so with a database of the test's.
func (s *site) startOn(db d1.Database) {
	s.app = api.New(platform.Platform{
		DB: db, Scrypt: s.scrypt, HTTP: native.HTTPClient(s.providers),
		Now: func() time.Time { return s.now },
		Log: func(context.Context) io.Writer { return s.t.Output() },
		Env: func(name string) string { return s.env[name] },
	})
}

// quickScrypt stands in for scrypt, which takes a tenth of a second: another function of all that enters it.
func quickScrypt(_ context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error) {
	mac := hmac.New(sha512.New, password)
	mac.Write(salt)
	mac.Write(binary.AppendVarint(nil, int64(n<<16|r<<8|p)))
	return mac.Sum(nil)[:keyLen], nil
}

// sql runs a statement and returns its rows.
func (s *site) sql(statement string, args ...any) []d1.Row {
	result, err := d1.Query(s.t.Context(), s.db.Database, statement, args...)
	require.NoError(s.t, err)
	return result.Rows
}

// count returns the number that a query answers.
func (s *site) count(query string, args ...any) int64 { return s.sql(query, args...)[0].Int(0) }

// countedDB counts the trips to the database.
type countedDB struct {
	d1.Database
	mutex sync.Mutex
	trips int
}

func (db *countedDB) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	db.mutex.Lock()
	db.trips++
	db.mutex.Unlock()
	return db.Database.Batch(ctx, statements...)
}

// browser keeps the cookies of a site.
type browser struct {
	*site
	cookies map[string]string
	headers map[string]string // of every request
}

func (s *site) browser() *browser {
	return &browser{s, map[string]string{}, map[string]string{"Origin": frontend}}
}

// answer is a response, read.
type answer struct {
	*httptest.ResponseRecorder
	body map[string]any // if it is a JSON object
}

// get follows a path.
func (b *browser) get(path string) answer { return b.do(http.MethodGet, path, "", nil) }

// post sends JSON.
func (b *browser) post(path string, body any) answer {
	text, err := json.Marshal(body)
	require.NoError(b.t, err)
	return b.do(http.MethodPost, path, "application/json", text)
}

func (b *browser) do(method, path, contentType string, body []byte) answer {
	request := httptest.NewRequest(method, publicURL+path, bytes.NewReader(body))
	for name, value := range b.headers {
		request.Header.Set(name, value)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for name, value := range b.cookies {
		request.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	response := httptest.NewRecorder()
	b.app.ServeHTTP(response, request)
	for _, cookie := range response.Result().Cookies() {
		if cookie.MaxAge < 0 {
			delete(b.cookies, cookie.Name)
		} else {
			b.cookies[cookie.Name] = cookie.Value
		}
	}
	read := answer{ResponseRecorder: response}
	_ = json.Unmarshal(response.Body.Bytes(), &read.body) // other answers have no object
	return read
}

// cookie returns a cookie that a response sets; nil if it does not.
func (a answer) cookie(name string) *http.Cookie {
	for _, cookie := range a.Result().Cookies() {
		if cookie.Name == name {
			return cookie
		}
	}
	return nil
}

func (a answer) location() string { return a.Header().Get("Location") }

const (
	sessionToken = "better-auth.session_token"
	sessionData  = "better-auth.session_data"
	dontRemember = "better-auth.dont_remember"
	oauthState   = "better-auth.state"
)

// person is who signs up in most tests.
const password = "correct horse"

func (b *browser) signUp(name string) answer {
	response := b.post("/api/auth/sign-up/email", map[string]any{
		"name": name, "email": strings.ToLower(name) + "@example.test", "password": password,
	})
	require.Equal(b.t, http.StatusOK, response.Code, response.Body.String())
	return response
}

func (b *browser) signIn(name string) answer {
	return b.post("/api/auth/sign-in/email", map[string]any{
		"email": strings.ToLower(name) + "@example.test", "password": password,
	})
}

// signedInAs returns the e-mail address of the session in the database; "" if there is none.
func (b *browser) signedInAs() string {
	response := b.get("/api/auth/get-session?disableCookieCache=1")
	user, _ := response.body["user"].(map[string]any)
	email, _ := user["email"].(string)
	return email
}

// wire is better-auth's form of an error.
func wire(code, message string) string {
	text, _ := json.Marshal(struct {
		Message string `json:"message"`
		Code    string `json:"code"`
	}{message, code})
	return string(text)
}
