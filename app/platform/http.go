package platform

import (
	"context"
	"errors"
	"net/http"
)

// Caller makes calls to other servers. Deadlines and cancellation come from the request's context and hold until the
// body has been read. Redirects are followed where Follows allows it, and are answers otherwise.
type HTTPClient interface {
	Do(*http.Request) (*http.Response, error)
}

// Follows reports whether redirects of a call may be followed: a GET that carries no credentials and is not confined. A secret
// goes where it was meant to go, and nowhere else.
func FollowsRedirects(r *http.Request) bool {
	return Confined(r) == Unconfined && r.Method == http.MethodGet && r.Header.Get("Authorization") == "" && r.Header.Get("Cookie") == ""
}

// ErrNoAnswer is the failure to find the answer of a call that was not made.
var ErrNoAnswer = errors.New("platform: no call was made")

type keepKey struct{}

// Keep marks a call whose answer shall outlive the program's instance, where the platform can do that: up to the given number
// of bytes of its body are read at once, and the rest is dropped. A request makes one such call at most.
func KeepAnswer(r *http.Request, bytes int) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), keepKey{}, bytes))
}

// Kept returns how many bytes of the answer are to be kept; 0 if it need not be.
func KeptBytes(r *http.Request) int {
	bytes, _ := r.Context().Value(keepKey{}).(int)
	return bytes
}

// Confinement is where a call may go whose address somebody else has named.
type Confinement int

// The confinements, each stricter than the one before.
const (
	Unconfined  Confinement = iota
	NoRedirects             // to no other address: redirects are not followed
	PublicOnly              // likewise, and to no address of this machine or its networks, where the platform could reach one
)

type confineKey struct{}

// Confine marks a call.
func Confine(r *http.Request, to Confinement) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), confineKey{}, to))
}

// Confined returns where a call may go.
func Confined(r *http.Request) Confinement {
	to, _ := r.Context().Value(confineKey{}).(Confinement)
	return to
}
