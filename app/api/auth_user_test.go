package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUpdateUser(t *testing.T) {
	cases := map[string]struct {
		body   any
		want   int
		answer string
		name   string
		image  any
	}{
		"name":             {body: map[string]any{"name": "Ada Two"}, want: 200, name: "Ada Two"},
		"image":            {body: map[string]any{"image": "https://img.test/a.png"}, want: 200, name: "Ada", image: "https://img.test/a.png"},
		"no image":         {body: map[string]any{"image": nil}, want: 200, name: "Ada"},
		"empty texts":      {body: map[string]any{"name": "", "image": ""}, want: 200, image: ""},
		"other fields too": {body: map[string]any{"name": "Ada Two", "id": "x", "emailVerified": true}, want: 200, name: "Ada Two"},
		"nothing":          {body: map[string]any{}, want: 400, answer: wire("NO_FIELDS_TO_UPDATE", "No fields to update")},
		"address":          {body: map[string]any{"email": "new@example.test"}, want: 400, answer: wire("EMAIL_CAN_NOT_BE_UPDATED", "Email can not be updated")},
		"name null":        {body: map[string]any{"name": nil}, want: 400, answer: wire("VALIDATION_ERROR", "[body.name] Invalid input: expected string, received null")},
		"name number":      {body: map[string]any{"name": 42}, want: 400, answer: wire("VALIDATION_ERROR", "[body.name] Invalid input: expected string, received number")},
		"name object":      {body: map[string]any{"name": map[string]any{}}, want: 400, answer: wire("VALIDATION_ERROR", "[body.name] Invalid input: expected string, received object")},
		"image object":     {body: map[string]any{"image": map[string]any{}}, want: 400, answer: wire("VALIDATION_ERROR", "[body.image] Invalid input: expected string, received object")},
		"array":            {body: []any{}, want: 400, answer: wire("VALIDATION_ERROR", "[body] Invalid input: expected record, received array")},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			ada := newSite(t).browser()
			ada.signUp("Ada")
			response := ada.post("/api/auth/update-user", tc.body)
			require.Equal(t, tc.want, response.Code, response.Body.String())
			if tc.want != http.StatusOK {
				assert.Equal(t, tc.answer, response.Body.String())
				assert.Empty(t, response.Result().Cookies())
				return
			}
			assert.NotNil(t, response.cookie(sessionToken))
			for _, query := range []string{"", "?disableCookieCache=1"} {
				user := ada.get("/api/auth/get-session" + query).body["user"].(map[string]any)
				assert.Equal(t, tc.name, user["name"])
				assert.Equal(t, tc.image, user["image"])
			}
		})
	}
}

func TestRevokedSessionChangesNothing(t *testing.T) {
	site := newSite(t)
	ada := site.browser()
	ada.signUp("Ada")
	site.sql("DELETE FROM session")
	assert.Equal(t, http.StatusUnauthorized, ada.post("/api/auth/update-user", map[string]any{"name": "Ghost"}).Code)
	assert.EqualValues(t, 0, site.count("SELECT count(*) FROM user WHERE name = 'Ghost'"))
}

func TestWhatIsSwitchedOff(t *testing.T) {
	ada := newSite(t).browser()
	ada.signUp("Ada")
	email := map[string]any{"email": "ada@example.test", "newEmail": "new@example.test"}
	cases := map[string]struct {
		response answer
		want     int
		body     string
	}{
		"change-email":            {ada.post("/api/auth/change-email", email), 400, wire("CHANGE_EMAIL_IS_DISABLED", "Change email is disabled")},
		"delete-user":             {ada.post("/api/auth/delete-user", email), 404, ""},
		"delete-user callback":    {ada.get("/api/auth/delete-user/callback?token=x"), 404, ""},
		"request-password-reset":  {ada.post("/api/auth/request-password-reset", email), 400, wire("RESET_PASSWORD_ISNT_ENABLED", "Reset password isn't enabled")},
		"send-verification-email": {ada.post("/api/auth/send-verification-email", email), 400, wire("VERIFICATION_EMAIL_ISNT_ENABLED", "Verification email isn't enabled")},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, tc.response.Code)
			assert.Equal(t, tc.body, tc.response.Body.String())
			assert.Equal(t, "application/json", tc.response.Header().Get("Content-Type"))
		})
	}
}
