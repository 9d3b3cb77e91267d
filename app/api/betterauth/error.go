package betterauth

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/auth"
)

// WriteError answers with an error of package auth in better-auth's form; answers is false, and nothing is written, if the
// error is not one of those. unsent is why the answer could not be written.
func WriteError(w http.ResponseWriter, err error) (answers bool, unsent error) {
	var limited *auth.Limited
	var refused *auth.Error
	switch {
	case errors.As(err, &limited):
		return true, writeLimited(w, limited)
	case errors.As(err, &refused):
		return true, writeRefused(w, refused)
	}
	return false, nil
}

// writeLimited declares plain text where the body is JSON, as better-auth does.
func writeLimited(w http.ResponseWriter, limited *auth.Limited) error {
	w.Header().Set("Content-Type", "text/plain;charset=UTF-8")
	w.Header().Set("X-Retry-After", strconv.Itoa(limited.RetryAfter))
	w.Header().Set("RateLimit", `"requests";r=0;t=`+strconv.Itoa(limited.RetryAfter))
	if rule := limited.Rule; rule.Max > 0 {
		w.Header().Set("RateLimit-Policy", fmt.Sprintf(`"requests";q=%d;w=%d`, rule.Max, int(rule.Window.Seconds())))
	}
	w.WriteHeader(http.StatusTooManyRequests)
	_, err := w.Write([]byte(`{"message":"Too many requests. Please try again later."}`))
	return err
}

func writeRefused(w http.ResponseWriter, refused *auth.Error) error {
	if refused.Message == "" {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(refused.Status)
		return nil
	}
	return httpio.WriteJSON(w, refused.Status, struct {
		Message string `json:"message"`
		Code    string `json:"code"`
	}{refused.Message, refused.Code()})
}
