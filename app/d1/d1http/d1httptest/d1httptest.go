// Package d1httptest serves a SQLite database as Cloudflare's HTTP API serves D1, for tests of its clients. A test can inject
// faults: see Server.Fault.
package d1httptest

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http"
	"github.com/addreams/addreams/app/d1/d1sql"
)

// The only account, database and token that the server knows.
const (
	Account  = "account"
	Database = "c0ffee00-0000-4000-8000-000000000000"
	Name     = "addreams-db-local"
	Token    = "s3cr3t-f0r-test5"
)

const (
	databases = "/client/v4/accounts/" + Account + "/d1/database"
	prefix    = databases + "/" + Database
)

// Server is Cloudflare's API around one database.
type Server struct {
	// Fault, if set, handles each request, counted from 1 per path below the database. run returns the usual response. A fault
	// may respond with something else, before or after it calls run, or not at all.
	Fault func(path string, n int, w http.ResponseWriter, run func() (status int, body []byte))

	db       d1.Database
	http     *httptest.Server
	mu       sync.Mutex
	counts   map[string]int
	bodies   []string
	restored []string
}

// Serve starts a server around db that ends with the test.
func Serve(t testing.TB, db d1.Database) *Server { return start(t, db, (*httptest.Server).Start) }

// ServeTLS does the same with TLS, which everything but the local stack's own tools uses to reach Cloudflare.
func ServeTLS(t testing.TB, db d1.Database) *Server { return start(t, db, (*httptest.Server).StartTLS) }

func start(t testing.TB, db d1.Database, run func(*httptest.Server)) *Server {
	server := &Server{db: db, counts: map[string]int{}}
	server.http = httptest.NewUnstartedServer(http.HandlerFunc(server.serve))
	run(server.http)
	t.Cleanup(server.http.Close)
	return server
}

// Authority returns the certificate to trust for a server with TLS, in PEM.
func (s *Server) Authority() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.http.Certificate().Raw})
}

// Config returns the configuration of a client of the server.
func (s *Server) Config() d1http.Config {
	account := cloudflare.Account{ID: Account, Token: Token, API: s.http.URL + "/client/v4", Client: s.http.Client(), Pause: 1}
	return d1http.Config{Account: account, Database: Database}
}

// Open returns the adapter under test, on the server.
func (s *Server) Open(t testing.TB) *d1http.Database {
	db, err := d1http.New(s.Config())
	require.NoError(t, err)
	return db
}

// Bodies returns the bodies of the requests so far, in order.
func (s *Server) Bodies() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.bodies)
}

// SetFault sets Fault while other programs may send requests.
func (s *Server) SetFault(fault func(path string, n int, w http.ResponseWriter, run func() (status int, body []byte))) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Fault = fault
}

// Restored returns the bookmarks that were restored.
func (s *Server) Restored() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.restored)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	path := strings.TrimPrefix(r.URL.Path, prefix)
	s.mu.Lock()
	s.counts[path]++
	n := s.counts[path]
	s.bodies = append(s.bodies, string(body))
	fault := s.Fault
	s.mu.Unlock()

	run := func() (int, []byte) { return s.answer(r, path, n, body) }
	if fault == nil {
		Write(w, run)
		return
	}
	fault(path, n, w, run)
}

// Write responds as without a fault.
func Write(w http.ResponseWriter, run func() (int, []byte)) {
	status, body := run()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// Refuse responds with an error of Cloudflare's.
func Refuse(w http.ResponseWriter, status, code int, message string) {
	w.WriteHeader(status)
	_, _ = w.Write(refusal(code, message))
}

func (s *Server) answer(r *http.Request, path string, n int, body []byte) (int, []byte) {
	switch {
	case r.Header.Get("Authorization") != "Bearer "+Token:
		return http.StatusForbidden, refusal(10000, "Authentication error")
	case path == databases && r.Method == http.MethodGet:
		return http.StatusOK, success([]any{map[string]string{"uuid": Database, "name": Name}})
	case path == "" && r.Method == http.MethodGet:
		return http.StatusOK, success(map[string]string{"uuid": Database, "name": Name})
	case path == "/raw" && r.Method == http.MethodPost:
		return s.raw(r, body)
	case path == "/time_travel/bookmark" && r.Method == http.MethodGet:
		return http.StatusOK, success(map[string]string{"bookmark": "00000085-0000024c-" + strconv.Itoa(n)})
	case path == "/time_travel/restore" && r.Method == http.MethodPost:
		bookmark := r.URL.Query().Get("bookmark")
		s.mu.Lock()
		s.restored = append(s.restored, bookmark)
		s.mu.Unlock()
		return http.StatusOK, success(map[string]string{"bookmark": bookmark, "previous_bookmark": "before"})
	}
	return http.StatusNotFound, refusal(7404, "The database could not be found")
}

// raw runs {sql, params}, where sql may hold several statements if there are no params, or {batch: [{sql, params}]}.
func (s *Server) raw(r *http.Request, body []byte) (int, []byte) {
	type query struct {
		SQL    string `json:"sql"`
		Params []any  `json:"params"`
	}
	var asked struct {
		query
		Batch []query `json:"batch"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&asked); err != nil {
		return http.StatusBadRequest, refusal(7400, "Invalid request body")
	}
	if asked.Batch == nil {
		asked.Batch = []query{asked.query}
	}

	var statements []d1.Statement
	for _, one := range asked.Batch {
		parts, err := d1sql.Split(one.SQL)
		if err != nil || len(parts) > 1 && len(one.Params) > 0 {
			return http.StatusBadRequest, refusal(7400, "Invalid property: sql")
		}
		for _, part := range parts {
			statements = append(statements, d1.SQL(part.SQL, blobs(one.Params)...))
		}
	}

	// D1 finishes what it was sent, even if nobody waits for the response.
	results, err := s.db.Batch(context.WithoutCancel(r.Context()), statements...)
	var refused *d1.Error
	if errors.As(err, &refused) {
		return http.StatusBadRequest, refusal(7500, refused.Message+": SQLITE_ERROR")
	}
	if err != nil {
		return http.StatusInternalServerError, refusal(7500, err.Error())
	}
	return http.StatusOK, success(shape(results))
}

// blobs reads parameters that are arrays of bytes.
func blobs(params []any) []any {
	for i, param := range params {
		if list, ok := param.([]any); ok {
			blob := make([]byte, len(list))
			for j, number := range list {
				blob[j] = byte(number.(float64))
			}
			params[i] = blob
		}
	}
	return params
}

func shape(results []d1.Result) []any {
	shaped := make([]any, len(results))
	for i, result := range results {
		rows := make([][]any, len(result.Rows))
		for j, row := range result.Rows {
			rows[j] = make([]any, len(row))
			for k, value := range row {
				if blob, ok := value.([]byte); ok {
					numbers := make([]int, len(blob))
					for l, b := range blob {
						numbers[l] = int(b)
					}
					value = numbers
				}
				rows[j][k] = value
			}
		}
		shaped[i] = map[string]any{
			"results": map[string]any{"columns": result.Columns, "rows": rows},
			"success": true, "meta": map[string]any{"changes": result.Changes},
		}
	}

	return shaped
}

func success(result any) []byte {
	body, _ := json.Marshal(map[string]any{"result": result, "success": true, "errors": []any{}, "messages": []any{}})
	return body
}

func refusal(code int, message string) []byte {
	body, _ := json.Marshal(map[string]any{
		"result": nil, "success": false, "messages": []any{},
		"errors": []any{map[string]any{"code": code, "message": message}},
	})
	return body
}
