// Package outbound is the application's small door to other servers. It is not *http.Client itself because naming that
// type links net/http's transport, TLS and HTTP/2 into the Wasm, which would double its size and its start: on Workers
// the host makes the calls.
package outbound

import "net/http"

// Caller makes calls to other servers. Deadlines and cancellation come from the request's context and hold until the
// body has been read. Redirects are followed where Follows allows it, and are answers otherwise.
type Caller interface {
	Do(*http.Request) (*http.Response, error)
}

// Follows tells whether redirects of a call may be followed: a GET that carries no credentials. A secret goes where it
// was meant to go, and nowhere else.
func Follows(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("Authorization") == "" && r.Header.Get("Cookie") == ""
}
