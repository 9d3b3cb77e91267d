package dbstudio_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/dbstudio"
)

const address = "127.0.0.1:4983"

// site is a studio with a browser that was let in.
type site struct {
	t      *testing.T
	db     *sqlite.Database
	studio *dbstudio.Studio
	cookie *http.Cookie
}

// open starts a studio on a database that a script has filled.
func open(t *testing.T, script []string, options dbstudio.Options) *site {
	t.Helper()
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })

	s := &site{t: t, db: db}
	s.exec(script...)
	if options.DB == nil {
		options.DB = db
	}
	options.Address = address
	s.studio = dbstudio.New(options)
	s.enter()
	return s
}

// writable are the options of a studio that may change rows.
var writable = dbstudio.Options{Write: true}

func (s *site) exec(script ...string) {
	s.t.Helper()
	for _, sql := range script {
		_, err := s.db.Batch(s.t.Context(), d1.SQL(sql))
		require.NoError(s.t, err, sql)
	}
}

func (s *site) enter() {
	s.t.Helper()
	answer := s.send(httptest.NewRequest(http.MethodGet, s.studio.Link(), nil))
	require.Equal(s.t, http.StatusSeeOther, answer.Code)
	s.cookie = answer.Result().Cookies()[0]
}

func (s *site) send(request *http.Request) *httptest.ResponseRecorder {
	if s.cookie != nil {
		request.AddCookie(s.cookie)
	}
	recorder := httptest.NewRecorder()
	s.studio.ServeHTTP(recorder, request)
	return recorder
}

func (s *site) get(path string) *httptest.ResponseRecorder {
	return s.send(httptest.NewRequest(http.MethodGet, "http://"+address+path, nil))
}

// object is JSON, decoded.
type object = map[string]any

func (s *site) post(path string, body any) (int, object) {
	s.t.Helper()
	encoded, err := json.Marshal(body)
	require.NoError(s.t, err)
	request := httptest.NewRequest(http.MethodPost, "http://"+address+path, bytes.NewReader(encoded))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", "http://"+address)
	answer := s.send(request)
	var decoded object
	require.NoError(s.t, json.Unmarshal(answer.Body.Bytes(), &decoded), answer.Body.String())
	return answer.Code, decoded
}

// ask posts what has to succeed.
func (s *site) ask(path string, body any) object {
	s.t.Helper()
	status, answer := s.post(path, body)
	require.Equal(s.t, http.StatusOK, status, answer)
	return answer
}

// refused posts what has to fail, and returns the kind of the error and its message.
func (s *site) refused(path string, body any) (kind, message string) {
	s.t.Helper()
	status, answer := s.post(path, body)
	require.GreaterOrEqual(s.t, status, http.StatusBadRequest, answer)
	told := answer["error"].(object)
	return told["kind"].(string), told["message"].(string)
}

// page is one page of rows.
type page struct {
	keys  []string
	cells [][]any
	next  string
	keyed bool
}

func (s *site) page(query object) page {
	s.t.Helper()
	answer := s.ask("/api/rows", query)
	found := page{keyed: answer["keyed"].(bool)}
	found.next, _ = answer["next"].(string)
	for _, row := range answer["rows"].([]any) {
		key, _ := row.(object)["key"].(string)
		found.keys = append(found.keys, key)
		found.cells = append(found.cells, row.(object)["cells"].([]any))
	}
	return found
}

// values are all values of the query's column at a place, page after page.
func (s *site) values(query object, place int) []any {
	s.t.Helper()
	var all []any

	for pages := 0; ; pages++ {
		require.Less(s.t, pages, 100, "the pages have no end")
		found := s.page(query)
		for _, row := range found.cells {
			all = append(all, row[place])
		}
		if found.next == "" {
			return all
		}
		query["after"] = found.next
	}
}

func (s *site) scalar(sql string) any {
	s.t.Helper()
	result, err := d1.Query(s.t.Context(), s.db, sql)
	require.NoError(s.t, err)
	return result.Rows[0][0]
}

func TestAccess(t *testing.T) {
	s := open(t, []string{"CREATE TABLE t (a)"}, dbstudio.Options{})

	request := func(change func(*http.Request)) func() *http.Request {
		return func() *http.Request {
			r := httptest.NewRequest(http.MethodPost, "http://"+address+"/api/sql", strings.NewReader(`{"sql":"SELECT 1"}`))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Origin", "http://"+address)
			r.AddCookie(s.cookie)
			change(r)
			return r
		}
	}
	cases := map[string]struct {
		request func() *http.Request
		want    int
	}{
		"the page itself":     {request(func(*http.Request) {}), http.StatusOK},
		"no cookie":           {request(func(r *http.Request) { r.Header.Del("Cookie") }), http.StatusForbidden},
		"another cookie":      {request(func(r *http.Request) { r.Header.Set("Cookie", s.cookie.Name+"=guess") }), http.StatusForbidden},
		"another host":        {request(func(r *http.Request) { r.Host = "evil.example:4983" }), http.StatusMisdirectedRequest},
		"localhost":           {request(func(r *http.Request) { r.Host = "localhost:4983" }), http.StatusMisdirectedRequest},
		"another port":        {request(func(r *http.Request) { r.Host = "127.0.0.1:80" }), http.StatusMisdirectedRequest},
		"another origin":      {request(func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:80") }), http.StatusForbidden},
		"the null origin":     {request(func(r *http.Request) { r.Header.Set("Origin", "null") }), http.StatusForbidden},
		"no origin":           {request(func(r *http.Request) { r.Header.Del("Origin") }), http.StatusForbidden},
		"from another site":   {request(func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }), http.StatusForbidden},
		"a form":              {request(func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }), http.StatusUnsupportedMediaType},
		"another port's site": {request(func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }), http.StatusForbidden},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			recorder := httptest.NewRecorder()
			s.studio.ServeHTTP(recorder, tc.request())
			assert.Equal(t, tc.want, recorder.Code, recorder.Body)
		})
	}
}

func TestSecretWorksOnce(t *testing.T) {
	studio := dbstudio.New(dbstudio.Options{Address: address})
	s := &site{t: t, studio: studio}

	assert.Equal(t, http.StatusForbidden, s.get("/").Code, "without the secret")
	assert.Equal(t, http.StatusForbidden, s.get("/?secret=guess").Code)
	ahead := httptest.NewRequest(http.MethodGet, studio.Link(), nil)
	ahead.Header.Set("Sec-Purpose", "prefetch")
	assert.Equal(t, http.StatusServiceUnavailable, s.send(ahead).Code, "a browser that fetches ahead")

	answer := s.send(httptest.NewRequest(http.MethodGet, studio.Link(), nil))
	require.Equal(t, http.StatusSeeOther, answer.Code, "a wrong guess and a look ahead have not used it up")
	cookie := answer.Result().Cookies()[0]
	assert.True(t, cookie.HttpOnly)
	assert.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
	assert.NotContains(t, studio.Link(), cookie.Value)
	assert.Equal(t, "/", answer.Header().Get("Location"), "the secret leaves the address bar")

	again := s.send(httptest.NewRequest(http.MethodGet, studio.Link(), nil))
	assert.Equal(t, http.StatusForbidden, again.Code)
	assert.Contains(t, again.Body.String(), "was used before")
}

func TestHeaders(t *testing.T) {
	s := open(t, nil, dbstudio.Options{})

	answer := s.get("/")

	require.Equal(t, http.StatusOK, answer.Code)
	policy := answer.Header().Get("Content-Security-Policy")
	assert.Contains(t, policy, "default-src 'none'; script-src 'self'; connect-src 'self'")
	assert.NotContains(t, policy, "unsafe")
	_, nonce, _ := strings.Cut(policy, "'nonce-")
	nonce, _, _ = strings.Cut(nonce, "'")
	assert.Contains(t, answer.Body.String(), nonce)
	assert.NotContains(t, s.get("/").Body.String(), nonce, "a nonce is used once")
	assert.Equal(t, "no-store", answer.Header().Get("Cache-Control"))
}
