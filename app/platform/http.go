package platform

import (
	"context"
	"errors"
	"net/http"
)

// HTTPClient sends requests to other servers. Deadlines and cancellation come from the request's context and hold until the
// body has been read. Redirects are followed if FollowsRedirects allows it, and are returned as responses otherwise.
type HTTPClient interface {
	Do(*http.Request) (*http.Response, error)
}

// FollowsRedirects reports whether redirects of the request may be followed: only those of a GET that carries no credentials
// and is not confined. So a secret is never sent to another address than the one it was meant for.
func FollowsRedirects(r *http.Request) bool {
	return Confined(r) == Unconfined && r.Method == http.MethodGet && r.Header.Get("Authorization") == "" && r.Header.Get("Cookie") == ""
}

// ErrNoAnswer is returned by Notes.Answer if no request was sent with KeepAnswer.
var ErrNoAnswer = errors.New("platform: no call was made")

type keepKey struct{}

// KeepAnswer returns the request with a mark: if the platform can, the response outlives the instance of the program that
// sends the request. Up to the given number of bytes of the body are read at once, and the rest is dropped. Within one
// incoming request, at most one request is sent with this mark.
func KeepAnswer(r *http.Request, bytes int) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), keepKey{}, bytes))
}

// KeptBytes returns the number of bytes that KeepAnswer set, or 0 if the request has no such mark.
func KeptBytes(r *http.Request) int {
	bytes, _ := r.Context().Value(keepKey{}).(int)
	return bytes
}

// Confinement limits where a request may go if its address comes from a third party, such as a user or a provider.
type Confinement int

// The confinements, each stricter than the one before.
const (
	Unconfined  Confinement = iota
	NoRedirects             // redirects are not followed
	PublicOnly              // nor are addresses reached that belong to this machine or a private network
)

type confineKey struct{}

// Confine returns the request with a confinement.
func Confine(r *http.Request, to Confinement) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), confineKey{}, to))
}

// Confined returns the request's confinement.
func Confined(r *http.Request) Confinement {
	to, _ := r.Context().Value(confineKey{}).(Confinement)
	return to
}
