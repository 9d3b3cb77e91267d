// Package fault defines the errors that the API reports to its clients. It owns their codes and their form; it knows nothing of
// HTTP (package api maps codes to statuses) or of where an error came from.
package fault

import (
	"errors"
	"fmt"
)

// Code is what clients read in `error.code`. It never changes once published.
type Code string

// Error is a failure with a message that is safe to show. Err is the cause: it is logged, and never sent.
type Error struct {
	Code    Code
	Message string
	Err     error
}

// New returns an error without a cause.
func New(code Code, message string) *Error { return &Error{Code: code, Message: message} }

// Wrap returns an error that keeps its cause for the log.
func Wrap(code Code, message string, cause error) *Error {
	return &Error{Code: code, Message: message, Err: cause}
}

func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first Error in err's chain, or Internal for any other error.
func CodeOf(err error) Code {
	var fault *Error
	if errors.As(err, &fault) {
		return fault.Code
	}
	return Internal
}
