package cloudflare

import (
	"fmt"
	"net/http"
	"strings"
)

// Error is an answer of the API without success.
type Error struct {
	Method, Path string // of the request; Path is below the account
	Status       int
	Code         int // Cloudflare's; 0 if the answer had none
	Message      string
	Advice       string // what to do, added by the caller, who knows the request; empty if there is nothing but waiting
}

func (e *Error) Error() string {
	path, _, _ := strings.Cut(e.Path, "?")
	text := fmt.Sprintf("Cloudflare's API answered %d %s", e.Status, http.StatusText(e.Status))
	if e.Message != "" {
		text += fmt.Sprintf(": %s (code %d)", e.Message, e.Code)
	}
	text += fmt.Sprintf(", to %s %s", e.Method, path)
	if e.Advice != "" {
		text += ". " + e.Advice
	}
	return text
}

// Final reports whether the request did not run and never will. Otherwise it may have run.
func (e *Error) Final() bool {
	return e.Status < 500 && e.Status != http.StatusRequestTimeout && e.Status != http.StatusTooManyRequests
}

// lostError is the error of a request without an answer: it may have run.
type lostError struct{ cause error }

func (e *lostError) Error() string { return "no answer from Cloudflare's API: " + e.cause.Error() }

func (e *lostError) Unwrap() error { return e.cause }
