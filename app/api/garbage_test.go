package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

// everyRoute lists each route of the router with its method, and paths that have no route. A segment that begins with a colon
// matches any text.
func everyRoute(t *testing.T) [][2]string {
	whole := bare(t)
	whole.Env = func(name string) string { // also what is served only with a setting
		if name == binding.CreditPacks {
			return binding.Of(name).Example
		}
		return "set"
	}
	return append(api.New(whole).Routes(), [2]string{"POST", "/api/workflows/:other"}, [2]string{"GET", "/:other"})
}

// Whatever a client sends to any route, an error is the client's, and costs no credit unless an image was made.
func TestGarbage(t *testing.T) {
	var log bytes.Buffer // of the last request
	s := apitest.New(t, apitest.LogTo(&log))
	routes, users := everyRoute(t), 0
	rapid.Check(t, func(rt *rapid.T) {
		users++
		ada := signUp(s, fmt.Sprintf("ada%d", users))
		made, id := 0, "none"

		for range 20 {
			request := drawRequest(rt, ada, routes, id)
			response := httptest.NewRecorder()
			log.Reset()
			s.App.ServeHTTP(response, request)
			if response.Code >= 500 && !(response.Code == http.StatusNotImplemented && request.URL.Path == videoRoute) {
				rt.Fatalf("%s %s answered %d: %s", request.Method, request.URL, response.Code, &log)
			}
			if body := response.Body.Bytes(); len(body) > 0 && response.Header().Get("Content-Type") == "application/json" && !json.Valid(body) {
				rt.Fatalf("%s %s answered what is not JSON: %s", request.Method, request.URL, body)
			}
			if response.Code == http.StatusOK && (request.URL.Path == textRoute || request.URL.Path == referenceRoute) {
				made, id = made+1, decode[struct{ GenerationID string }](t, response).GenerationID
			}
		}
		balance := ada.balance()
		require.EqualValues(rt, 10-made, balance[0]+balance[1], "what was made is paid, and nothing else")
		require.Empty(rt, s.SQL("SELECT 1 FROM generation WHERE user_id = ? AND status = 'pending'", ada.id))
	})
}

// good are valid bodies by route.
var good = map[string]string{
	textRoute:                         `{"prompt":"a shoe","parameters":{"size":"1328*1328","seed":7}}`,
	referenceRoute:                    `{"prompt":"p","referenceImageUrl":"data:image/png;base64,iVBORw0KGgo=","n":2}`,
	videoRoute:                        `{"prompt":"p","referenceImageUrl":"x"}`,
	"/api/auth/sign-up/email":         `{"name":"Eve","email":"eve@example.test","password":"12345678","image":"x","callbackURL":"/studio","rememberMe":true}`,
	"/api/auth/sign-in/email":         `{"email":"ada1@example.test","password":"12345678","rememberMe":false,"callbackURL":"/studio"}`,
	"/api/auth/sign-in/social":        `{"provider":"google","callbackURL":"/studio","errorCallbackURL":"/login","scopes":["a"],"loginHint":"x","additionalData":{"a":1},"requestSignUp":true}`,
	"/api/auth/link-social":           `{"provider":"github","callbackURL":"/studio","idToken":{"token":"x.y.z","nonce":"n"}}`,
	"/api/auth/callback/:id":          `{"code":"c","state":"s","error":"e"}`,
	"/api/auth/update-user":           `{"name":"Ada","image":"x"}`,
	"/api/auth/change-password":       `{"newPassword":"12345678","currentPassword":"12345678","revokeOtherSessions":false}`,
	"/api/auth/verify-password":       `{"password":"12345678"}`,
	"/api/auth/reset-password":        `{"newPassword":"12345678","token":"t"}`,
	"/api/auth/revoke-session":        `{"token":"t"}`,
	"/api/auth/unlink-account":        `{"providerId":"credential","accountId":"a"}`,
	"/api/auth/get-access-token":      `{"providerId":"google","accountId":"a"}`,
	"/api/auth/refresh-token":         `{"providerId":"google","accountId":"a"}`,
	"/api/auth/change-email":          `{"newEmail":"new@example.test"}`,
	"/api/auth/revoke-other-sessions": `{}`,
}
