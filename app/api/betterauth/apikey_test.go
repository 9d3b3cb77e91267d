package betterauth_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/api/betterauth"
)

const (
	createKey = "/api/auth/api-key/create"
	getKey    = "/api/auth/api-key/get?id="
	listKeys  = "/api/auth/api-key/list"
	updateKey = "/api/auth/api-key/update"
	deleteKey = "/api/auth/api-key/delete"
)

func TestCreateKey(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")
	user := site.SQL("SELECT id FROM user")[0].Text(0)

	made := ada.Post(createKey, map[string]any{
		"name": "ci", "expiresIn": 7 * 86400, "remaining": 10, "permissions": map[string]any{"api": []string{"read", "generate"}},
	})
	require.Equal(t, http.StatusOK, made.Code, made.Body)
	key, _ := made.JSON["key"].(string)
	id := made.JSON["id"]
	require.Regexp(t, `^adr_[a-zA-Z]{64}$`, key)
	want := map[string]any{
		"id": id, "configId": "default", "name": "ci", "start": key[:10], "prefix": "adr_", "userId": user, "referenceId": user,
		"refillInterval": nil, "refillAmount": nil, "lastRefillAt": nil, "enabled": true, "rateLimitEnabled": false,
		"rateLimitTimeWindow": nil, "rateLimitMax": nil, "requestCount": 0.0, "remaining": 10.0, "lastRequest": nil,
		"expiresAt": "2026-02-17T12:00:00.000Z", "createdAt": "2026-02-10T12:00:00.000Z", "updatedAt": "2026-02-10T12:00:00.000Z",
		"permissions": map[string]any{"api": []any{"read", "generate"}}, "metadata": nil,
	}

	assert.Equal(t, want, ada.Get(getKey+id.(string)).JSON)
	assert.JSONEq(t, "["+asJSON(t, want)+"]", ada.Get(listKeys).Body.String())
	want["key"] = key
	assert.Equal(t, want, made.JSON)
	sum := sha256.Sum256([]byte(key))
	assert.Equal(t, base64.RawURLEncoding.EncodeToString(sum[:]), site.SQL("SELECT key FROM apikey")[0].Text(0))
	for _, row := range site.SQL("SELECT name || start || prefix || key || permissions FROM apikey") {
		assert.NotContains(t, row.Text(0), key)
	}
}

func asJSON(t *testing.T, value any) string {
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

func TestWhatAKeyMayBe(t *testing.T) {
	serverOnly := apitest.AuthError("THE_PROPERTY_YOURE_TRYING_TO_SET_CAN_ONLY_BE_SET_FROM_THE_SERVER_AUTH_INSTANCE_ONLY",
		"The property you're trying to set can only be set from the server auth instance only.")
	invalid := func(message string) string { return apitest.AuthError("VALIDATION_ERROR", message) }
	ada := apitest.New(t).Browser()
	ada.SignUp("Ada")

	cases := map[string]struct {
		body   string
		want   int
		answer string
	}{
		"nothing":           {`{}`, 200, ""},
		"nulls":             {`{"expiresIn":null,"remaining":null}`, 200, ""},
		"own user":          {`{"name":"x","userId":""}`, 200, ""},
		"prefix":            {`{"prefix":"shop-1_"}`, 200, ""},
		"longest":           {`{"name":"` + strings.Repeat("n", 32) + `","prefix":"` + strings.Repeat("p", 32) + `","expiresIn":31536000}`, 200, ""},
		"no scope":          {`{"permissions":{"api":[]}}`, 200, ""},
		"another user":      {`{"userId":"somebody"}`, 401, apitest.AuthError("UNAUTHORIZED_OR_INVALID_SESSION", "Unauthorized or invalid session")},
		"metadata":          {`{"metadata":{"a":1}}`, 400, apitest.AuthError("METADATA_IS_DISABLED", "Metadata is disabled.")},
		"refill":            {`{"refillAmount":1,"refillInterval":1}`, 400, serverOnly},
		"own limit":         {`{"rateLimitEnabled":false}`, 400, serverOnly},
		"long name":         {`{"name":"` + strings.Repeat("n", 33) + `"}`, 400, apitest.AuthError("THE_NAME_LENGTH_IS_EITHER_TOO_LARGE_OR_TOO_SMALL", "The name length is either too large or too small.")},
		"long prefix":       {`{"prefix":"` + strings.Repeat("p", 33) + `"}`, 400, apitest.AuthError("THE_PREFIX_LENGTH_IS_EITHER_TOO_LARGE_OR_TOO_SMALL", "The prefix length is either too large or too small.")},
		"prefix with dots":  {`{"prefix":"a.b"}`, 400, invalid("[body.prefix] Invalid prefix format, must be alphanumeric and contain only underscores and hyphens.")},
		"short life":        {`{"expiresIn":60}`, 400, apitest.AuthError("THE_EXPIRESIN_IS_SMALLER_THAN_THE_PREDEFINED_MINIMUM_VALUE", "The expiresIn is smaller than the predefined minimum value.")},
		"long life":         {`{"expiresIn":31536001}`, 400, apitest.AuthError("THE_EXPIRESIN_IS_LARGER_THAN_THE_PREDEFINED_MAXIMUM_VALUE", "The expiresIn is larger than the predefined maximum value.")},
		"endless life":      {`{"expiresIn":1e999}`, 400, apitest.AuthError("THE_EXPIRESIN_IS_LARGER_THAN_THE_PREDEFINED_MAXIMUM_VALUE", "The expiresIn is larger than the predefined maximum value.")},
		"life of nothing":   {`{"expiresIn":0}`, 400, invalid("[body.expiresIn] Too small: expected number to be >=1")},
		"negative requests": {`{"remaining":-1}`, 400, invalid("[body.remaining] Too small: expected number to be >=0")},
		"half a request":    {`{"remaining":1.5}`, 400, invalid("[body.remaining] Invalid input: expected int, received number")},
		"unknown scope":     {`{"permissions":{"api":["admin"]}}`, 400, invalid(`[body.permissions.api.0] Invalid option: expected one of "generate"|"read"|"credits"`)},
		"unknown resource":  {`{"permissions":{"users":["read"]}}`, 400, invalid(`[body.permissions] Unrecognized key: "users"`)},
		"scopes as a text":  {`{"permissions":"read"}`, 400, invalid("[body.permissions] Invalid input: expected record, received string")},
		"name as a number":  {`{"name":1}`, 400, invalid("[body.name] Invalid input: expected string, received number")},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			answer := ada.Do(http.MethodPost, createKey, "application/json", []byte(tc.body))
			assert.Equal(t, tc.want, answer.Code, answer.Body)
			if tc.want != http.StatusOK {
				assert.JSONEq(t, tc.answer, answer.Body.String())
			}
		})
	}
}

func TestUpdateKey(t *testing.T) {
	site := apitest.New(t)
	ada, bob := site.Browser(), site.Browser()
	ada.SignUp("Ada")
	bob.SignUp("Bob")
	id := ada.Post(createKey, map[string]any{"name": "old", "expiresIn": 86400}).JSON["id"].(string)
	site.Later(time.Minute)

	changed := ada.Post(updateKey, map[string]any{
		"keyId": id, "name": "new", "enabled": false, "expiresIn": nil, "remaining": 7, "permissions": map[string]any{"api": []string{"credits"}},
	})
	require.Equal(t, http.StatusOK, changed.Code, changed.Body)
	assert.Equal(t, []any{"new", false, nil, 7.0, map[string]any{"api": []any{"credits"}}, "2026-02-10T12:01:00.000Z"}, []any{
		changed.JSON["name"], changed.JSON["enabled"], changed.JSON["expiresAt"], changed.JSON["remaining"], changed.JSON["permissions"],
		changed.JSON["updatedAt"],
	})
	assert.NotContains(t, changed.JSON, "key")
	assert.Equal(t, changed.JSON, ada.Get(getKey+id).JSON)

	notFound := apitest.AuthError("API_KEY_NOT_FOUND", "API Key not found")
	assert.Equal(t, apitest.AuthError("NO_VALUES_TO_UPDATE", "No values to update."), ada.Post(updateKey, map[string]any{"keyId": id}).Body.String())
	for name, answer := range map[string]apitest.Answer{
		"unknown to update": ada.Post(updateKey, map[string]any{"keyId": "x", "name": "y"}),
		"unknown to get":    ada.Get(getKey + "x"),
		"unknown to delete": ada.Post(deleteKey, map[string]any{"keyId": "x"}),
		"other's to update": bob.Post(updateKey, map[string]any{"keyId": id, "name": "y"}),
		"other's to get":    bob.Get(getKey + id),
		"other's to delete": bob.Post(deleteKey, map[string]any{"keyId": id}),
	} {
		assert.Equal(t, http.StatusNotFound, answer.Code, name)
		assert.Equal(t, notFound, answer.Body.String(), name)
	}
	assert.Equal(t, "[]", bob.Get(listKeys).Body.String())

	assert.JSONEq(t, `{"success":true}`, ada.Post(deleteKey, map[string]any{"keyId": id}).Body.String())
	assert.Equal(t, "[]", ada.Get(listKeys).Body.String())
}

func TestKeysNeedASession(t *testing.T) {
	site := apitest.New(t)
	nobody, ada := site.Browser(), site.Browser()
	ada.SignUp("Ada")
	stale := ada.Post(createKey, map[string]any{}).JSON["id"].(string)
	site.SQL("DELETE FROM session") // the cache still says that there is one

	for name, browser := range map[string]*apitest.Browser{"signed out": nobody, "revoked": ada} {
		assert.Equal(t, apitest.AuthError("UNAUTHORIZED_OR_INVALID_SESSION", "Unauthorized or invalid session"),
			browser.Post(createKey, map[string]any{}).Body.String(), name)
		assert.Equal(t, http.StatusUnauthorized, browser.Post(updateKey, map[string]any{"keyId": stale, "name": "x"}).Code, name)
		assert.Equal(t, http.StatusUnauthorized, browser.Post(deleteKey, map[string]any{"keyId": stale}).Code, name)
	}
	assert.Equal(t, http.StatusUnauthorized, nobody.Get(listKeys).Code)
	assert.Equal(t, http.StatusUnauthorized, nobody.Get(getKey+stale).Code)
	assert.EqualValues(t, 1, site.Count("SELECT count(*) FROM apikey"))
}

// A key is refused on every route of accounts, sessions and keys, also beside cookies.
func TestAKeyIsNoSession(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")
	key := ada.Post(createKey, map[string]any{}).JSON["key"].(string)
	program := site.Browser()
	delete(program.Headers, "Origin")

	for _, route := range betterauth.Routes() {
		for header, value := range map[string]string{"X-Api-Key": key, "Authorization": "Bearer " + key} {
			for _, sender := range []*apitest.Browser{program, ada} {
				sender.Headers[header] = value
				answer := sender.Do(route[0], strings.Replace(route[1], ":", "x", 1), "application/json", []byte("{}"))
				delete(sender.Headers, header)
				site.Later(time.Minute) // beyond the window of the rate limits

				assert.Equal(t, http.StatusForbidden, answer.Code, route)
				assert.Equal(t, "API_KEY_NOT_ALLOWED", answer.JSON["code"], route)
			}
		}
	}
}

func TestAUserHasALimitOfKeys(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.SignUp("Ada")
	for range 100 {
		site.Later(time.Second)
		require.Equal(t, http.StatusOK, ada.Post(createKey, map[string]any{}).Code)
	}

	refused := ada.Post(createKey, map[string]any{})

	assert.Equal(t, http.StatusForbidden, refused.Code)
	assert.Equal(t, apitest.AuthError("YOU_HAVE_TOO_MANY_API_KEYS_DELETE_ONE_FIRST", "You have too many API keys. Delete one first."), refused.Body.String())
	assert.EqualValues(t, 100, site.Count("SELECT count(*) FROM apikey"))
}

// Whoever registered an address without proving it keeps no key to the account of its owner.
func TestAnAddressThatIsClaimedLosesItsKeys(t *testing.T) {
	for name, come := range map[string]func(*apitest.World, *apitest.Browser) apitest.Answer{
		"Google": func(_ *apitest.World, owner *apitest.Browser) apitest.Answer { return owner.Consent("google", "gina") },
		"GitHub": func(_ *apitest.World, owner *apitest.Browser) apitest.Answer { return owner.Consent("github", "hub") },
		"an id_token": func(site *apitest.World, owner *apitest.Browser) apitest.Answer {
			return owner.Post("/api/auth/sign-in/social", map[string]any{
				"provider": "google", "idToken": map[string]any{"token": site.Providers.IDToken(apitest.Gina)},
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			squatter, owner := site.Browser(), site.Browser()
			squatter.SignUp("Gina")
			key := squatter.Post(createKey, map[string]any{}).JSON["key"].(string)
			site.Providers.Google = map[string]jwt.MapClaims{"gina": apitest.Gina}
			site.Providers.GitHub["hub"] = apitest.GitHubUser{Profile: `{"id":42,"login":"hub"}`, Emails: `[{"email":"gina@example.test","primary":true,"verified":true}]`}

			require.Contains(t, []int{http.StatusOK, http.StatusFound}, come(site, owner).Code)

			require.Equal(t, "gina@example.test", owner.SignedInAs())
			assert.EqualValues(t, 0, site.Count("SELECT count(*) FROM apikey"))
			assert.Equal(t, http.StatusUnauthorized, useKey(key)(site.Browser()).Code)
		})
	}
}

// Programs go on when their user changes the password, as with better-auth: who suspects a key deletes it.
func TestAChangedPasswordLeavesKeys(t *testing.T) {
	for _, revoke := range []bool{false, true} {
		site := apitest.New(t)
		ada := site.Browser()
		ada.SignUp("Ada")
		key := ada.Post(createKey, map[string]any{}).JSON["key"].(string)

		require.Equal(t, http.StatusOK, change(ada, revoke).Code)

		assert.Equal(t, http.StatusOK, useKey(key)(site.Browser()).Code)
	}
}
