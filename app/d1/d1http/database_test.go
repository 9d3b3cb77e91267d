package d1http_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http"
	"github.com/addreams/addreams/app/d1/d1http/d1httptest"
	"github.com/addreams/addreams/app/d1/sqlite"
)

func serve(t *testing.T) (*d1httptest.Server, *d1http.Database) {
	t.Helper()
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	server := d1httptest.Serve(t, db)
	return server, server.Open(t)
}

func TestValuesTravel(t *testing.T) {
	_, db := serve(t)
	results, err := db.Batch(t.Context(),
		d1.SQL("CREATE TABLE t (a, b TEXT, n INTEGER, f REAL, x BLOB)"),
		d1.SQL("INSERT INTO t VALUES (?, ?, ?, ?, ?)", nil, "ä'\u2028", 42, 1.5, []byte{0, 255}),
		d1.SQL("SELECT * FROM t"))
	require.NoError(t, err)
	assert.Equal(t, int64(1), results[1].Changes)
	assert.Equal(t, []string{"a", "b", "n", "f", "x"}, results[2].Columns, "in their order")
	assert.Equal(t, []d1.Row{{nil, "ä'\u2028", int64(42), 1.5, []byte{0, 255}}}, results[2].Rows)
}

func TestFormsOfABatch(t *testing.T) {
	cases := map[string]struct {
		statements []d1.Statement
		want       string
	}{
		"one":            {[]d1.Statement{d1.SQL("SELECT 1")}, `{"sql":"SELECT 1"}`},
		"one with":       {[]d1.Statement{d1.SQL("SELECT ?", "a")}, `{"sql":"SELECT ?","params":["a"]}`},
		"several, plain": {[]d1.Statement{d1.SQL("SELECT 1"), d1.SQL("SELECT 2")}, `{"sql":"SELECT 1;\nSELECT 2"}`},
		"several with": {
			[]d1.Statement{d1.SQL("SELECT 1"), d1.SQL("SELECT ?", []byte{1})},
			`{"batch":[{"sql":"SELECT 1"},{"sql":"SELECT ?","params":[[1]]}]}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server, db := serve(t)
			results, err := db.Batch(t.Context(), tc.statements...)
			require.NoError(t, err)
			assert.Len(t, results, len(tc.statements))
			assert.Equal(t, []string{tc.want}, server.Bodies())
		})
	}
}

func TestRefusedBySQLite(t *testing.T) {
	_, db := serve(t)
	_, err := db.Batch(t.Context(), d1.SQL("CREATE TABLE user (email UNIQUE)"),
		d1.SQL("INSERT INTO user VALUES ('a')"), d1.SQL("INSERT INTO user VALUES ('a')"))
	assert.EqualError(t, err, "d1: UNIQUE constraint failed: user.email")
	assert.True(t, d1.Violates(err, "user.email"))
	_, err = d1.Query(t.Context(), db, "SELECT * FROM user")
	assert.EqualError(t, err, "d1: no such table: user", "the batch was one transaction")
}

func TestArgumentsAreCheckedBeforeSending(t *testing.T) {
	server, db := serve(t)
	_, err := d1.Query(t.Context(), db, "SELECT ?", time.Now())
	var refused *d1.Error
	require.ErrorAs(t, err, &refused)
	assert.Empty(t, server.Bodies())
}

func TestRefusedByCloudflare(t *testing.T) {
	cases := map[string]struct {
		status, code int
		message      string
		want         string
		final, ofD1  bool
	}{
		"bad token":       {401, 10000, "Authentication error", "needs the permission D1:Edit", true, false},
		"no permission":   {403, 10000, "Authentication error", "needs the permission D1:Edit", true, false},
		"wrong database":  {404, 7404, "The database x could not be found", "npx wrangler d1 list", true, false},
		"SQL as a 500":    {500, 7500, "not authorized: SQLITE_AUTH", "d1: not authorized", false, true},
		"SQL, old words":  {400, 7500, "D1_ERROR: near \"x\": syntax error at offset 3", "d1: near \"x\"", false, true},
		"overloaded":      {503, 7500, "D1 DB is overloaded", "503 Service Unavailable: D1 DB is overloaded", false, false},
		"a proxy's words": {502, 0, "", "502 Bad Gateway", false, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server, db := serve(t)
			server.Fault = func(_ string, _ int, w http.ResponseWriter, _ func() (int, []byte)) {
				if tc.code == 0 {
					http.Error(w, "<html>bad gateway</html>", tc.status)
					return
				}
				d1httptest.Refuse(w, tc.status, tc.code, tc.message)
			}

			_, err := d1.Query(t.Context(), db, "DELETE FROM t")

			require.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), d1httptest.Token)
			assert.Len(t, server.Bodies(), 1, "a write is not sent twice")
			var refused *d1.Error
			var failed *cloudflare.Error
			if tc.ofD1 {
				require.ErrorAs(t, err, &refused)
				return
			}
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, tc.final, failed.Final())
		})
	}
}

// drop closes the connection without a response.
func drop(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = connection.Close()
	}
}

func TestRepetition(t *testing.T) {
	busy := func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", "0")
		d1httptest.Refuse(w, http.StatusTooManyRequests, 971, "Please slow down")
	}
	failing := func(w http.ResponseWriter) { d1httptest.Refuse(w, 500, 7500, "internal error") }
	cut := func(w http.ResponseWriter) { w.Header().Set("Content-Length", "100"); _, _ = w.Write([]byte(`{"resu`)) }
	cases := map[string]struct {
		fault func(http.ResponseWriter)
		sql   string
		sent  int // requests, of which the last succeeds or the first fails
	}{
		"read, 500":             {failing, "SELECT 1", 3},
		"read, connection lost": {drop, "SELECT 1", 3},
		"read, half an answer":  {cut, "SELECT 1", 3},
		"read, slow down":       {busy, "SELECT 1", 3},
		"write, slow down":      {busy, "CREATE TABLE t (a)", 3},
		"write, 500":            {failing, "CREATE TABLE t (a)", 1},
		"write, lost":           {drop, "CREATE TABLE t (a)", 1},
		"write, half an answer": {cut, "CREATE TABLE t (a)", 1},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			server, db := serve(t)
			server.Fault = func(_ string, n int, w http.ResponseWriter, run func() (int, []byte)) {
				if n < 3 {
					tc.fault(w)
					return
				}
				d1httptest.Write(w, run)
			}

			_, err := d1.Query(t.Context(), db, tc.sql)

			assert.Len(t, server.Bodies(), tc.sent)
			assert.Equal(t, tc.sent == 3, err == nil, "%v", err)
		})
	}
}

func TestRepetitionEnds(t *testing.T) {
	server, db := serve(t)
	server.Fault = func(_ string, _ int, w http.ResponseWriter, _ func() (int, []byte)) { drop(w) }
	_, err := d1.Query(t.Context(), db, "SELECT 1")
	assert.ErrorContains(t, err, "no answer from Cloudflare's API")
	assert.Len(t, server.Bodies(), 4)
}

func TestNobodyListens(t *testing.T) {
	server, _ := serve(t)
	config := server.Config()
	config.API = "http://127.0.0.1:1/client/v4"
	db, err := d1http.New(config)
	require.NoError(t, err)
	_, err = d1.Query(t.Context(), db, "SELECT 1")
	assert.ErrorContains(t, err, "connection refused")
}

func TestCallerGivesUp(t *testing.T) {
	server, db := serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	server.Fault = func(_ string, _ int, w http.ResponseWriter, _ func() (int, []byte)) { cancel(); drop(w) }
	_, err := d1.Query(ctx, db, "SELECT 1")
	require.Error(t, err)
	assert.Len(t, server.Bodies(), 1)
}

func TestTimeTravel(t *testing.T) {
	server, db := serve(t)
	bookmark, err := db.Bookmark(t.Context())
	require.NoError(t, err)
	restored, err := db.Restore(t.Context(), bookmark)
	require.NoError(t, err)
	assert.Equal(t, d1http.Restored{Bookmark: bookmark, Previous: "before"}, restored)
	assert.Equal(t, []string{bookmark}, server.Restored())
}

func TestFind(t *testing.T) {
	server, _ := serve(t)
	config := server.Config()
	config.Database = ""
	id, err := d1http.Find(t.Context(), config, d1httptest.Name)
	require.NoError(t, err)
	assert.Equal(t, d1httptest.Database, id)
	_, err = d1http.Find(t.Context(), config, "other")
	assert.EqualError(t, err, "the account has no database named other")
}

func TestConfig(t *testing.T) {
	for want, config := range map[string]d1http.Config{
		"the account's ID is needed":  {Database: "d"},
		"the database's ID is needed": {Account: cloudflare.Account{ID: "a"}},
		"an API token is needed":      {Account: cloudflare.Account{ID: "a"}, Database: "d"},
		"the API's address is needed": {Account: cloudflare.Account{ID: "a", Token: "t"}, Database: "d"},
	} {
		_, err := d1http.New(config)
		assert.ErrorContains(t, err, want)
	}
}
