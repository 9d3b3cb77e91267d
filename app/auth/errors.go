package auth

import (
	"errors"
	"net/http"
	"strings"
)

// Error is an answer of /api/auth other than success, in better-auth's form, of which the status is a part. An error
// without a message is answered with an empty body. Err is the cause, for the log only; it is never sent.
type Error struct {
	Status  int
	Given   string // the code, where it does not follow from the message
	Message string
	Err     error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return "auth: " + e.Code()
	}
	return "auth: " + e.Code() + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Because returns the same answer with a cause for the log.
func (e *Error) Because(cause error) *Error {
	because := *e
	because.Err = cause
	return &because
}

// Code is how a client distinguishes errors. better-auth derives it from the message: upper case, spaces to underscores,
// nothing but A-Z, 0-9 and underscores.
func (e *Error) Code() string {
	if e.Given != "" {
		return e.Given
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '_'
		case r == '_', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, strings.ToUpper(e.Message))
}

// Limited is the answer to a request beyond a limit.
type Limited struct {
	RetryAfter int  // whole seconds
	Rule       Rule // the limit; the zero Rule if it grows with the failures
}

func (*Limited) Error() string { return "auth: too many requests" }

var (
	// ErrSignedOut is the answer of a guard.
	ErrSignedOut = &Error{Status: http.StatusUnauthorized}
	// ErrDisabled is the answer of an endpoint that is switched off.
	ErrDisabled = &Error{Status: http.StatusNotFound}
	// ErrTooLarge refuses a value that is too long for a header or a row.
	ErrTooLarge = Refuse(http.StatusRequestEntityTooLarge, "Payload too large")
	// ErrNotFresh is the answer of a guard that asks for a recent sign-in.
	ErrNotFresh = refuseAs(http.StatusForbidden, "SESSION_IS_NOT_FRESH", "Session is not fresh")
	// ErrNoInfo means that a provider says nothing about a user. The request does not fail, but is answered with null; the
	// cause that it is joined with is for the log.
	ErrNoInfo = errors.New("auth: the provider says nothing about the user")
)

// Refuse makes an error whose code follows from its message.
func Refuse(status int, message string) *Error {
	return &Error{Status: status, Message: message}
}

// refuseAs makes an error with a code of its own.
func refuseAs(status int, code, message string) *Error {
	return &Error{Status: status, Given: code, Message: message}
}

// Invalid makes the error of a request that does not match its schema: all issues in one message.
func Invalid(issues ...string) *Error {
	return refuseAs(http.StatusBadRequest, "VALIDATION_ERROR", strings.Join(issues, "; "))
}
