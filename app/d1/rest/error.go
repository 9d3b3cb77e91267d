package rest

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// Error is an answer of Cloudflare's API that is not about the SQL.
type Error struct {
	Status  int
	Code    int // Cloudflare's; 0 if the answer had none
	Message string
	Advice  string // what to do; empty if waiting is all
}

func (e *Error) Error() string {
	text := fmt.Sprintf("Cloudflare's API answered %d %s", e.Status, http.StatusText(e.Status))
	if e.Message != "" {
		text += fmt.Sprintf(": %s (code %d)", e.Message, e.Code)
	}
	if e.Advice != "" {
		text += ". " + e.Advice
	}
	return text
}

// Final tells whether the request did not run and won't. Otherwise it may have run.
func (e *Error) Final() bool {
	return e.Status < 500 && e.Status != http.StatusRequestTimeout && e.Status != http.StatusTooManyRequests
}

// lostError is a request whose answer did not arrive: it may have run.
type lostError struct{ cause error }

func (e *lostError) Error() string { return "no answer from Cloudflare's API: " + e.cause.Error() }

func (e *lostError) Unwrap() error { return e.cause }

// sqlRefused is Cloudflare's code for whatever D1 has against a query, with status 400 or, for some, 500.
const sqlRefused = 7500

// refusal turns an answer without success into the error that a caller can act on.
func refusal(status int, answer envelope) error {
	failure := &Error{Status: status, Advice: advice(status)}
	if len(answer.Errors) > 0 {
		failure.Code, failure.Message = answer.Errors[0].Code, answer.Errors[0].Message
	}
	message, ofSQLite := sqliteMessage(failure.Message)
	if ofSQLite || failure.Code == sqlRefused && status < 500 {
		return &d1.Error{Message: message}
	}
	return failure
}

// sqliteMessage cuts D1's frame off SQLite's words: "D1_ERROR: UNIQUE constraint failed: user.email: SQLITE_CONSTRAINT".
func sqliteMessage(message string) (own string, ofSQLite bool) {
	own, _, ofSQLite = strings.Cut(strings.TrimPrefix(message, "D1_ERROR: "), ": SQLITE_")
	return own, ofSQLite
}

func advice(status int) string {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return "Check the API token: it needs the permission D1:Edit on this account, and must not have expired."
	case http.StatusNotFound:
		return "Check the account's and the database's id: npx wrangler d1 list, or pulumi stack output."
	}
	return ""
}
