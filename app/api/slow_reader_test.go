package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/api/apitest"
)

// unbuffered is a listener whose connections keep nothing: what a client does not read waits in the program.
type unbuffered chan net.Conn

func (u unbuffered) Accept() (net.Conn, error) {
	if connection, open := <-u; open {
		return connection, nil
	}
	return nil, net.ErrClosed
}

func (u unbuffered) Close() error   { close(u); return nil }
func (u unbuffered) Addr() net.Addr { return &net.TCPAddr{} }

// reading asks for a path, reads the head of the answer, and leaves the body.
func (u *user) reading(t *testing.T, server unbuffered, path, address string) (*http.Response, net.Conn) {
	t.Helper()
	client, connection := net.Pipe()
	t.Cleanup(func() { _ = client.Close() })
	server <- connection

	var head strings.Builder
	fmt.Fprintf(&head, "GET %s HTTP/1.1\r\nHost: localhost:8787\r\n", path)
	require.NoError(t, u.request(http.MethodGet, path, nil, "CF-Connecting-IP", address).Header.Write(&head))
	_, err := client.Write([]byte(head.String() + "\r\n"))
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReaderSize(client, 16), nil)
	require.NoError(t, err)
	return response, client
}

func serveUnbuffered(t *testing.T, s *apitest.World) unbuffered {
	listener := make(unbuffered)
	var working sync.WaitGroup
	handler := func(w http.ResponseWriter, r *http.Request) {
		working.Add(1)
		defer working.Done()
		s.App.ServeHTTP(w, r)
	}
	server := &http.Server{Handler: http.HandlerFunc(handler), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		working.Wait()
	})
	return listener
}

// longItem inserts a generation of the user's whose item of the history is longer than so many bytes.
func (u *user) longItem(length int) {
	u.SQL(`INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at)
		VALUES ('long', ?, 'image-from-text', 'succeeded', ?, 1, 1)`, u.id, `{"prompt":"`+strings.Repeat("x", length)+`"}`)
}

// A client that stops reading, or reads too slowly, is cut off; one that is slow but fast enough gets everything.
func TestSlowReaders(t *testing.T) {
	api.HurryBodies(t, 300*time.Millisecond, 512<<10)
	s := apitest.New(t, apitest.Silent)
	ada := signUp(s, "ada")
	ada.longItem(600 << 10)
	server := serveUnbuffered(t, s)

	for _, path := range []string{"/api/openapi.json", "/api/reference/redoc.js", "/api/history/long"} {
		idle, _ := ada.reading(t, server, path, "192.0.2.1")
		require.Equal(t, http.StatusOK, idle.StatusCode)
		holdsNothing(t, s)

		for piece, want := range map[int]error{1: io.ErrUnexpectedEOF, 64 << 10: io.EOF} {
			response, _ := ada.reading(t, server, path, "192.0.2.1")
			var err error
			for buffer := make([]byte, piece); err == nil; time.Sleep(20 * time.Millisecond) {
				_, err = response.Body.Read(buffer)
			}
			assert.ErrorIs(t, err, want, "%s, %d bytes at a time", path, piece)
			holdsNothing(t, s)
		}
	}
}

// Those who do not read fill a room of their own: of the rest of the API, others notice nothing.
func TestSlowReadersHarmNobody(t *testing.T) {
	api.HurryBodies(t, time.Hour, 32<<10)
	s := apitest.New(t, apitest.Silent)
	mallory, ada := signUp(s, "mallory"), signUp(s, "ada")
	mallory.longItem(600 << 10)
	server := serveUnbuffered(t, s)

	fill := func(path string) (served int) {
		for n := range 500 {
			response, _ := mallory.reading(t, server, path, fmt.Sprintf("192.0.%d.%d", n/250, n%250))
			if response.StatusCode == http.StatusServiceUnavailable {
				assert.Equal(t, "2", response.Header.Get("Retry-After"))
				return served
			}
			require.Equal(t, http.StatusOK, response.StatusCode)
			served++
		}
		return served
	}
	files, items := fill("/api/reference/redoc.js"), fill("/api/history/long")

	assert.Greater(t, files, 50)
	assert.Less(t, files, 100)
	assert.Less(t, items, 10, "all of one user's addresses share")
	for _, path := range []string{"/api/me", "/api/history", "/api/reference"} {
		assert.Equal(t, http.StatusOK, ada.get(path).Code, path)
	}
	photo, _ := photoBody(1 << 20)
	assert.Equal(t, http.StatusOK, ada.do(http.MethodPost, referenceRoute, photo, "Content-Type", "application/json").Code)
}
