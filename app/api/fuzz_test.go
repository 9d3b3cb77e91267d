package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

// The bodies of /api/auth, through the whole gate: JSON is read, anything else is refused, and nothing is a 500.
func FuzzAuthBodies(f *testing.F) {
	for _, body := range []string{
		`{}`, "\ufeff{\"a\":\"\\ud83d\\ude00\"}", `{"email":"a@b.test","email":1}`, `[1e999,-0,01]`, "\"\xff\"", `{"a":{}} `, `{"a"`,
		good["/api/auth/sign-up/email"], good["/api/auth/sign-in/email"], good["/api/auth/sign-in/social"], good["/api/auth/reset-password"],
	} {
		f.Add([]byte(body))
	}

	s := apitest.New(f, apitest.Silent)
	signUp(s, "ada1")
	f.Fuzz(func(t *testing.T, body []byte) {
		send := func(path string) int {
			request := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
			request.Header.Set("Content-Type", "application/json")
			response := httptest.NewRecorder()
			s.App.ServeHTTP(response, request)
			require.Less(t, response.Code, 500, "%s: %s", path, response.Body)
			return response.Code
		}
		want := http.StatusBadRequest
		text := bytes.TrimPrefix(body, []byte("\ufeff"))
		if json.Valid(text) {
			want = http.StatusOK
		}
		if !sendsOn(text) {
			require.Equal(t, want, send("/api/auth/sign-out"), "it asks for no field")
		}

		for path := range good {
			if strings.HasPrefix(path, "/api/auth/") {
				send(path)
			}
		}
	})
}

// sendsOn reports whether a body names a URL to send the browser to, which the gate checks on every route.
func sendsOn(body []byte) bool {
	var object map[string]any
	if json.Unmarshal(body, &object) != nil {
		return false
	}
	for _, name := range []string{"callbackURL", "redirectTo", "errorCallbackURL", "newUserCallbackURL"} {
		if object[name] != nil {
			return true
		}
	}
	return false
}
