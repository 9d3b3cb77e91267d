package betterauth

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/auth"
)

// WriteError answers with an error of package auth in better-auth's form; false, and nothing written, if the error is not
// one of those.
func WriteError(w http.ResponseWriter, err error) bool {
	var limited *auth.Limited
	var refused *auth.Error
	switch {
	case errors.As(err, &limited):
		writeLimited(w, limited)
	case errors.As(err, &refused):
		writeRefused(w, refused)
	default:
		return false
	}
	return true
}

// writeLimited declares plain text where the body is JSON, as better-auth does.
func writeLimited(w http.ResponseWriter, limited *auth.Limited) {
	w.Header().Set("Content-Type", "text/plain;charset=UTF-8")
	w.Header().Set("X-Retry-After", strconv.Itoa(limited.RetryAfter))
	w.Header().Set("RateLimit", `"requests";r=0;t=`+strconv.Itoa(limited.RetryAfter))
	if rule := limited.Rule; rule.Max > 0 {
		w.Header().Set("RateLimit-Policy", fmt.Sprintf(`"requests";q=%d;w=%d`, rule.Max, int(rule.Window.Seconds())))
	}
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = w.Write([]byte(`{"message":"Too many requests. Please try again later."}`))
}

func writeRefused(w http.ResponseWriter, refused *auth.Error) {
	if refused.Message == "" {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(refused.Status)
		return
	}
	_ = httpio.WriteJSON(w, refused.Status, struct {
		Message string `json:"message"`
		Code    string `json:"code"`
	}{refused.Message, refused.Code()})
}
