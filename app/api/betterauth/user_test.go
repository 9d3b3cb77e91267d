package betterauth_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
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
		"nothing":          {body: map[string]any{}, want: 400, answer: apitest.AuthError("NO_FIELDS_TO_UPDATE", "No fields to update")},
		"address":          {body: map[string]any{"email": "new@example.test"}, want: 400, answer: apitest.AuthError("EMAIL_CAN_NOT_BE_UPDATED", "Email can not be updated")},
		"name null":        {body: map[string]any{"name": nil}, want: 400, answer: apitest.AuthError("VALIDATION_ERROR", "[body.name] Invalid input: expected string, received null")},
		"name number":      {body: map[string]any{"name": 42}, want: 400, answer: apitest.AuthError("VALIDATION_ERROR", "[body.name] Invalid input: expected string, received number")},
		"name object":      {body: map[string]any{"name": map[string]any{}}, want: 400, answer: apitest.AuthError("VALIDATION_ERROR", "[body.name] Invalid input: expected string, received object")},
		"image object":     {body: map[string]any{"image": map[string]any{}}, want: 400, answer: apitest.AuthError("VALIDATION_ERROR", "[body.image] Invalid input: expected string, received object")},
		"array":            {body: []any{}, want: 400, answer: apitest.AuthError("VALIDATION_ERROR", "[body] Invalid input: expected record, received array")},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			ada := apitest.New(t).Browser()
			ada.SignUp("Ada")
			response := ada.Post("/api/auth/update-user", tc.body)
			require.Equal(t, tc.want, response.Code, response.Body.String())

			if tc.want != http.StatusOK {
				assert.Equal(t, tc.answer, response.Body.String())
				assert.Empty(t, response.Result().Cookies())
				return
			}

			assert.NotNil(t, response.Cookie(apitest.SessionToken))

			for _, query := range []string{"", "?disableCookieCache=1"} {
				user := ada.Get("/api/auth/get-session" + query).JSON["user"].(map[string]any)
				assert.Equal(t, tc.name, user["name"])
				assert.Equal(t, tc.image, user["image"])
			}
		})
	}
}

func TestRevokedSessionChangesNothing(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")
	site.SQL("DELETE FROM session")
	assert.Equal(t, http.StatusUnauthorized, ada.Post("/api/auth/update-user", map[string]any{"name": "Ghost"}).Code)
	assert.EqualValues(t, 0, site.Count("SELECT count(*) FROM user WHERE name = 'Ghost'"))
}

func TestWhatIsSwitchedOff(t *testing.T) {
	ada := apitest.New(t).Browser()
	ada.SignUp("Ada")
	email := map[string]any{"email": "ada@example.test", "newEmail": "new@example.test"}
	cases := map[string]struct {
		response apitest.Answer
		want     int
		body     string
	}{
		"change-email":            {ada.Post("/api/auth/change-email", email), 400, apitest.AuthError("CHANGE_EMAIL_IS_DISABLED", "Change email is disabled")},
		"delete-user":             {ada.Post("/api/auth/delete-user", email), 404, ""},
		"delete-user callback":    {ada.Get("/api/auth/delete-user/callback?token=x"), 404, ""},
		"request-password-reset":  {ada.Post("/api/auth/request-password-reset", email), 400, apitest.AuthError("RESET_PASSWORD_ISNT_ENABLED", "Reset password isn't enabled")},
		"send-verification-email": {ada.Post("/api/auth/send-verification-email", email), 400, apitest.AuthError("VERIFICATION_EMAIL_ISNT_ENABLED", "Verification email isn't enabled")},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, tc.response.Code)
			assert.Equal(t, tc.body, tc.response.Body.String())
			assert.Equal(t, "application/json", tc.response.Header().Get("Content-Type"))
		})
	}
}
