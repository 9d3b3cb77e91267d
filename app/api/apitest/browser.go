package apitest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/stretchr/testify/require"
)

// Browser keeps the cookies that responses set, and sends them.
type Browser struct {
	*World
	Cookies map[string]string
	Headers map[string]string // of every request
}

// Browser makes a browser without cookies, on a page of the frontend.
func (w *World) Browser() *Browser {
	return &Browser{w, map[string]string{}, map[string]string{"Origin": Frontend}}
}

// Answer is a response.
type Answer struct {
	*httptest.ResponseRecorder
	JSON map[string]any // if it is a JSON object
}

// Get follows a path.
func (b *Browser) Get(path string) Answer { return b.Do(http.MethodGet, path, "", nil) }

// Post sends JSON.
func (b *Browser) Post(path string, body any) Answer {
	text, err := json.Marshal(body)
	require.NoError(b.T, err)
	return b.Do(http.MethodPost, path, "application/json", text)
}

// Do sends a request with the cookies, and keeps those that the response sets.
func (b *Browser) Do(method, path, contentType string, body []byte) Answer {
	request := httptest.NewRequest(method, PublicURL+path, bytes.NewReader(body))
	for name, value := range b.Headers {
		request.Header.Set(name, value)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for name, value := range b.Cookies {
		request.AddCookie(&http.Cookie{Name: name, Value: value})
	}

	response := httptest.NewRecorder()
	b.App.ServeHTTP(response, request)
	for _, cookie := range response.Result().Cookies() {
		if cookie.MaxAge < 0 {
			delete(b.Cookies, cookie.Name)
		} else {
			b.Cookies[cookie.Name] = cookie.Value
		}
	}

	read := Answer{ResponseRecorder: response}
	_ = json.Unmarshal(response.Body.Bytes(), &read.JSON) // other answers have no object
	return read
}

// Cookie returns a cookie that a response sets; nil if it does not.
func (a Answer) Cookie(name string) *http.Cookie {
	for _, cookie := range a.Result().Cookies() {
		if cookie.Name == name {
			return cookie
		}
	}
	return nil
}

// Location returns where the response sends the browser.
func (a Answer) Location() string { return a.Header().Get("Location") }

// The names of the cookies.
const (
	SessionToken = "better-auth.session_token"
	SessionData  = "better-auth.session_data"
	DontRemember = "better-auth.dont_remember"
	OAuthState   = "better-auth.state"
)

// Password is the password of all who sign up with SignUp.
const Password = "correct horse"

// SignUp makes a user, and signs the browser in as that user.
func (b *Browser) SignUp(name string) Answer {
	response := b.Post("/api/auth/sign-up/email", map[string]any{
		"name": name, "email": strings.ToLower(name) + "@example.test", "password": Password,
	})
	require.Equal(b.T, http.StatusOK, response.Code, response.Body.String())
	return response
}

// SignIn signs the browser in as a user who signed up.
func (b *Browser) SignIn(name string) Answer {
	return b.Post("/api/auth/sign-in/email", map[string]any{
		"email": strings.ToLower(name) + "@example.test", "password": Password,
	})
}

// SignedInAs returns the e-mail address of the session in the database; "" if there is none.
func (b *Browser) SignedInAs() string {
	response := b.Get("/api/auth/get-session?disableCookieCache=1")
	user, _ := response.JSON["user"].(map[string]any)
	email, _ := user["email"].(string)
	return email
}

// AuthError is better-auth's form of an error.
func AuthError(code, message string) string {
	text, _ := json.Marshal(struct {
		Message string `json:"message"`
		Code    string `json:"code"`
	}{message, code})
	return string(text)
}
