package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

// line is a client's connection to a server.
type line struct {
	net.Conn
	t *testing.T
}

// connect opens a connection and sends the head of a request and the beginning of its body.
func (u *user) connect(t *testing.T, server *httptest.Server, path string, length int, begin string, headers ...string) line {
	t.Helper()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	require.NoError(t, connection.SetDeadline(time.Now().Add(10*time.Second)))

	request := u.request(http.MethodPost, path, nil, append(headers, "Content-Type", "application/json", "Origin", apitest.Frontend)...)
	var head strings.Builder
	fmt.Fprintf(&head, "POST %s HTTP/1.1\r\nHost: localhost:8787\r\nContent-Length: %d\r\n", path, length)
	require.NoError(t, request.Header.Write(&head))
	_, err = io.WriteString(connection, head.String()+"\r\n"+begin)
	require.NoError(t, err)
	return line{connection, t}
}

// answer returns the status and the error code of the answer.
func (l line) answer() (int, string) {
	l.t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(l.Conn), nil)
	require.NoError(l.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(l.t, err)
	recorded := httptest.NewRecorder()
	recorded.Body.Write(text)
	if response.StatusCode < 400 {
		return response.StatusCode, ""
	}
	return response.StatusCode, failure(l.t, recorded)
}

func holdsNothing(t *testing.T, s *apitest.World) {
	t.Helper()
	assert.Eventually(t, func() bool { return s.App.Held() == [2]int64{} }, 5*time.Second, 5*time.Millisecond, "everything is given back")
}

// A body that stops arriving, or arrives too slowly, is abandoned on every route that reads one.
func TestStalledBodies(t *testing.T) {
	api.HurryBodies(t, 300*time.Millisecond, 32<<10)
	s := apitest.New(t, apitest.Silent)
	ada := signUp(s, "ada")
	server := httptest.NewServer(s.App)
	defer server.Close()
	photo, _ := photoBody(1 << 20)

	for path, begin := range map[string]string{
		"/api/auth/sign-out":        `{`,
		"/api/auth/verify-password": `{"x":"` + strings.Repeat("x", 40_000),
		textRoute:                   `{"prompt":"p","x":"`,
		videoRoute:                  `{"prompt":"p"`,
		referenceRoute:              photo[:len(photo)/3],
	} {
		for _, missing := range []int{1, 20_000} {
			stalled := ada.connect(t, server, path, len(begin)+missing, begin)

			status, code := stalled.answer()

			assert.Equal(t, http.StatusRequestTimeout, status, path)
			assert.Equal(t, "REQUEST_TIMEOUT", code, path)
			holdsNothing(t, s)
		}
	}
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
}

// A body that trickles is abandoned even though it never stops; one that is slow but fast enough is read.
func TestDrippingBodies(t *testing.T) {
	api.HurryBodies(t, 500*time.Millisecond, 32<<10)
	s := apitest.New(t, apitest.Silent)
	s.Env[binding.QwenTimeout] = "60000" // of a busy machine
	s.Start()
	ada := signUp(s, "ada")
	server := httptest.NewServer(s.App)
	defer server.Close()

	for piece, want := range map[int]int{8 << 10: http.StatusOK, 16: http.StatusRequestTimeout} {
		const pieces, pause = 15, 100 * time.Millisecond
		begin, end := `{"prompt":"p","x":"`, `"}`
		dripping := ada.connect(t, server, textRoute, len(begin)+pieces*piece+len(end), begin)
		go func() {
			for range pieces {
				time.Sleep(pause)
				_, _ = io.WriteString(dripping, strings.Repeat("x", piece))
			}
			_, _ = io.WriteString(dripping, end)
		}()

		status, _ := dripping.answer()

		assert.Equal(t, want, status, "%d bytes in %v", piece, pause)
	}
	holdsNothing(t, s)
}

// Once its body has arrived, a request may take longer than the body was allowed to.
func TestDeadlineEndsWithTheBody(t *testing.T) {
	api.HurryBodies(t, 200*time.Millisecond, 32<<10)
	s := apitest.New(t, apitest.Silent)
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(600 * time.Millisecond)
		apitest.SendImages(w, 1)
	}
	left := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.App.ServeHTTP(w, r)
		left <- r.Context().Err()
	}))
	defer server.Close()
	body := `{"prompt":"p"}`

	status, _ := signUp(s, "ada").connect(t, server, textRoute, len(body), body).answer()

	assert.Equal(t, http.StatusOK, status)
	assert.NoError(t, <-left, "net/http takes a deadline for a client that has left")
}

// crowd sends stuck requests until one is refused, and returns how many were accepted.
func (u *uploads) crowd(t *testing.T, s *apitest.World, requestOf func(body stuck) *http.Request, begin string) int {
	t.Helper()
	for count := 0; ; count++ {
		require.Less(t, count, 5_000, "some request must be refused")
		body, proceed := stuckBody(begin, `}`)
		request := requestOf(body)
		if response := u.begin(s, request, proceed, body); response.Code != http.StatusOK {
			return count
		}
	}
}

// No client can fill the room, whatever it sends: another client's requests are accepted meanwhile.
func TestBusyWithOneClient(t *testing.T) {
	photo, _ := photoBody(10 << 20)
	junk := `{"prompt":"p","x":"` + strings.Repeat("x", 19_000)
	auth := []string{"Content-Type", "application/json", "Origin", apitest.Frontend}
	cases := map[string]struct {
		path, begin string
		length      int
		headers     []string
		sessions    bool // each request is of another session of the user
	}{
		"small bodies":              {path: "/api/auth/sign-out", begin: `{`, length: 10, headers: auth},
		"long heads":                {path: "/api/auth/sign-out", begin: `{`, length: 10, headers: append(auth, "X-Long", strings.Repeat("x", 100_000))},
		"long bodies":               {path: "/api/auth/sign-out", begin: `{`, length: 60_000, headers: auth},
		"long orders":               {path: textRoute, begin: junk, length: 20_000},
		"long orders of sessions":   {path: textRoute, begin: junk, length: 20_000, sessions: true},
		"photos":                    {path: referenceRoute, begin: photo[:len(photo)*2/3], length: len(photo)},
		"photos of many sessions":   {path: referenceRoute, begin: photo[:len(photo)*2/3], length: len(photo), sessions: true},
		"small orders of a session": {path: textRoute, begin: `{"prompt":"p"`, length: 14},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			api.SetUploadTime(t, time.Hour) // of a busy machine
			s := apitest.New(t, apitest.Silent)
			s.Env[binding.QwenTimeout] = "60000" // of a busy machine too
			s.Start()
			eve, ada := signUp(s, "eve"), signUp(s, "ada")
			sending := &uploads{}
			defer sending.finish()

			sending.crowd(t, s, func(body stuck) *http.Request {
				from := eve
				if tc.sessions {
					from = eve.withNewSession()
				}
				request := from.request(http.MethodPost, tc.path, body, append(tc.headers, "CF-Connecting-IP", "2001:db8::1")...)
				request.ContentLength = int64(tc.length)
				return request
			}, tc.begin)

			other := []string{"CF-Connecting-IP", "2001:db8:1::1"}
			assert.Equal(t, http.StatusOK, ada.get("/api/me", other...).Code)
			assert.Equal(t, http.StatusOK, ada.do(http.MethodPost, textRoute, junk+`"}`, other...).Code)
			assert.Equal(t, http.StatusOK, ada.do(http.MethodPost, referenceRoute, photo, other...).Code)
			assert.Equal(t, http.StatusOK, ada.do(http.MethodPost, "/api/auth/sign-out", `{"x":"`+strings.Repeat("x", 30_000)+`"}`, append(other, auth...)...).Code)
		})
	}
}

// withNewSession returns the user with another session.
func (u *user) withNewSession() *user {
	u.T.Helper()
	u.Later(time.Minute)
	name := u.SQL("SELECT name FROM user WHERE id = ?", u.id)[0].Text(0)
	response := u.do(http.MethodPost, "/api/auth/sign-in/email", `{"email":"`+name+`@example.test","password":"12345678"}`, "Content-Type", "application/json", "Origin", apitest.Frontend)
	require.Equal(u.T, http.StatusOK, response.Code, response.Body)
	return &user{World: u.World, id: u.id, cookies: response.Result().Cookies()}
}

// When many clients have filled the room with large requests, small ones are accepted; when they have filled it with small
// ones, requests without a body are.
func TestBusyWithMany(t *testing.T) {
	for name, tc := range map[string]struct {
		head  int
		order int
	}{
		"large": {head: 100_000, order: http.StatusOK},
		"small": {head: 1, order: http.StatusServiceUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t, apitest.Silent)
			ada := signUp(s, "ada")
			sending := &uploads{}
			defer sending.finish()
			clients := 0

			taken := sending.crowd(t, s, func(body stuck) *http.Request {
				clients++
				request := ada.request(http.MethodPost, "/api/auth/sign-out", body, "Content-Type", "application/json",
					"CF-Connecting-IP", fmt.Sprintf("2001:db8:%x::1", clients), "X-Long", strings.Repeat("x", tc.head))
				request.ContentLength = 10
				return request
			}, `{`)

			assert.Greater(t, taken, 50)
			assert.Equal(t, http.StatusOK, ada.get("/api/me").Code)
			assert.Equal(t, tc.order, ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`).Code)
		})
	}
}
