package betterauth_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/platform"
)

func TestSignInWithIDToken(t *testing.T) {
	type claims = jwt.MapClaims
	cases := map[string]struct {
		claims claims
		nonce  any
		want   int
		code   string
	}{
		"good":                         {claims: gina, want: 200},
		"nonce":                        {claims: with(gina, "nonce", "n-1"), nonce: "n-1", want: 200},
		"other nonce":                  {claims: with(gina, "nonce", "n-1"), nonce: "n-2", want: 401, code: "INVALID_TOKEN"},
		"for another client":           {claims: with(gina, "aud", "someone-else"), want: 401, code: "INVALID_TOKEN"},
		"for several, given to us":     {claims: with(with(gina, "aud", []string{"someone-else", "google-id"}), "azp", "google-id"), want: 200},
		"for several, given to nobody": {claims: with(gina, "aud", []string{"someone-else", "google-id"}), want: 200},
		"for several, given to other":  {claims: with(with(gina, "aud", []string{"google-id", "someone-else"}), "azp", "someone-else"), want: 401, code: "INVALID_TOKEN"},
		"for several others":           {claims: with(with(gina, "aud", []string{"someone-else", "another"}), "azp", "google-id"), want: 401, code: "INVALID_TOKEN"},
		"for us, asked for by our app": {claims: with(with(gina, "aud", []string{"google-id", "google-id"}), "azp", "our-android-app"), want: 200},
		"other issuer":                 {claims: with(gina, "iss", "https://evil.test"), want: 401, code: "INVALID_TOKEN"},
		"issued long ago":              {claims: with(gina, "iat", 1), want: 401, code: "INVALID_TOKEN"},
		"expired":                      {claims: with(gina, "exp", 1), want: 401, code: "INVALID_TOKEN"},
		"no address":                   {claims: claims{"sub": "x"}, want: 401, code: "USER_EMAIL_NOT_FOUND"},
		"unverified address of a user": {claims: claims{"sub": "x", "email": "ada@example.test"}, want: 401, code: "ACCOUNT_NOT_LINKED"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			site.Browser().SignUp("Ada")
			b := site.Browser()
			idToken := map[string]any{"token": site.Providers.IDToken(tc.claims), "accessToken": "at-1"}
			if tc.nonce != nil {
				idToken["nonce"] = tc.nonce
			}
			response := b.Post("/api/auth/sign-in/social", map[string]any{"provider": "google", "idToken": idToken})
			require.Equal(t, tc.want, response.Code, response.Body.String())

			if tc.code != "" {
				assert.Equal(t, tc.code, response.JSON["code"])
				assert.Empty(t, response.Result().Cookies())
				return
			}

			assert.Equal(t, "gina@example.test", b.SignedInAs())
			assert.Equal(t, []any{"at-1", nil, nil}, []any(site.SQL("SELECT access_token, id_token, scope FROM account WHERE provider_id = 'google'")[0].Values()))
		})
	}
}

func TestForgedIDToken(t *testing.T) {
	site := apitest.New(t)
	good := site.Providers.IDToken(gina)
	head, rest, _ := strings.Cut(good, ".")
	payload, _, _ := strings.Cut(rest, ".")
	hmacSigned, err := jwt.NewWithClaims(jwt.SigningMethodHS256, gina).SignedString([]byte("google-id"))
	require.NoError(t, err)
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, gina).SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)
	unknown := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": "https://accounts.google.com", "aud": "google-id", "iat": site.Now().Unix(), "exp": site.Now().Add(time.Hour).Unix(), "sub": "x", "email": "x@example.test",
	})
	unknown.Header["kid"] = "unknown"
	unknownKey, err := unknown.SignedString(apitest.SigningKey())
	require.NoError(t, err)

	for name, token := range map[string]string{
		"unknown key": unknownKey,
		"garbage":     "garbage", "no signature": head + "." + payload + ".", "algorithm none": none, "HMAC": hmacSigned,
		"other claims": head + "." + payload[:len(payload)-2] + "AA" + good[len(head)+1+len(payload):],
	} {
		t.Run(name, func(t *testing.T) {
			response := site.Browser().Post("/api/auth/sign-in/social", map[string]any{"provider": "google", "idToken": map[string]any{"token": token}})
			assert.Equal(t, http.StatusUnauthorized, response.Code)
			assert.Equal(t, "INVALID_TOKEN", response.JSON["code"])
		})
	}
}

// An id_token with a jti can be used once. Another one may be sent again by the same client for ten seconds, because
// better-auth takes it any number of times, and is used up then, too, whatever it is sent for.
func TestIDTokensAreUsedUp(t *testing.T) {
	cases := map[string]struct {
		claims jwt.MapClaims
		after  time.Duration
		from   string // address of the second use
		want   int
	}{
		"at once":               {linked, 0, "192.0.2.1", 200},
		"within ten seconds":    {linked, 10 * time.Second, "192.0.2.1", 200},
		"later":                 {linked, 10*time.Second + time.Millisecond, "192.0.2.1", 401},
		"much later":            {linked, 59 * time.Minute, "192.0.2.1", 401},
		"by another, at once":   {linked, 0, "192.0.2.2", 401},
		"by an unknown client":  {linked, time.Second, "", 401},
		"with a jti, at once":   {with(linked, "jti", "a1"), 0, "192.0.2.1", 401},
		"with a jti, later":     {with(linked, "jti", "a1"), time.Minute, "192.0.2.1", 401},
		"with a nonce, later":   {with(linked, "nonce", "n-1"), time.Minute, "192.0.2.1", 401},
		"with a nonce, at once": {with(linked, "nonce", "n-1"), time.Second, "192.0.2.1", 200},
	}

	for name, tc := range cases {
		for _, route := range []string{"sign-in/social", "link-social"} {
			t.Run(name+", "+route, func(t *testing.T) {
				site := apitest.New(t)
				token := map[string]any{"token": site.Providers.IDToken(tc.claims), "nonce": tc.claims["nonce"]}
				if tc.claims["nonce"] == nil {
					delete(token, "nonce")
				}
				body := map[string]any{"provider": "google", "idToken": token}
				b := site.Browser()
				b.Headers["CF-Connecting-IP"] = "192.0.2.1"
				require.Equal(t, http.StatusOK, b.Post("/api/auth/sign-in/social", body).Code)
				site.Later(tc.after)
				if route == "sign-in/social" {
					b = site.Browser()
				}
				b.Headers["CF-Connecting-IP"] = tc.from

				response := b.Post("/api/auth/"+route, body)

				assert.Equal(t, tc.want, response.Code, response.Body.String())
				if tc.want == http.StatusUnauthorized {
					assert.Equal(t, apitest.AuthError("INVALID_TOKEN", "Invalid token"), response.Body.String())
					assert.EqualValues(t, 1, site.Count("SELECT count(*) FROM session"))
				}
			})
		}
	}
}

// The same token in two spellings counts as one: base64 has spare bits at its end.
func TestIDTokensAreKnownByWhatIsSigned(t *testing.T) {
	site := apitest.New(t)
	token := site.Providers.IDToken(with(linked, "jti", "a1"))
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(letters, token[len(token)-1])
	require.Zero(t, last%16, "256 bytes leave four bits")
	for i, text := range []string{token, token[:len(token)-1] + letters[last+1:last+2]} {
		response := site.Browser().Post("/api/auth/sign-in/social", map[string]any{"provider": "google", "idToken": map[string]any{"token": text}})
		assert.Equal(t, []int{200, 401}[i], response.Code)
	}
}

// idTokenUses lists what an id_token can be sent for, each with a part of the statement that writes it.
var idTokenUses = map[string]struct {
	route, statement string
	signedIn, known  bool
}{
	"sign-up":    {"sign-in/social", "INSERT INTO session", false, false},
	"sign-in":    {"sign-in/social", "INSERT INTO session", false, true},
	"link":       {"link-social", "INSERT INTO account", true, false},
	"link again": {"link-social", "INSERT INTO used_id_token", true, true},
}

// idTokenWorld makes a world where an id_token is about to be sent, and the browser that sends it.
func idTokenWorld(t *testing.T, signedIn, known bool) (*apitest.World, *apitest.Browser) {
	site := apitest.New(t)
	b := site.Browser()
	if signedIn {
		b.SignUp("Gina")
	}
	if known {
		route := map[bool]string{false: "sign-in/social", true: "link-social"}[signedIn]
		require.Equal(t, http.StatusOK, b.Post("/api/auth/"+route, idTokenBody(site, "first")).Code)
	}
	if !signedIn {
		b = site.Browser()
	}

	return site, b
}

// idTokenBody is a body with an id_token that has a jti.
func idTokenBody(s *apitest.World, jti string) map[string]any {
	return map[string]any{"provider": "google", "idToken": map[string]any{"token": s.Providers.IDToken(with(linked, "jti", jti))}}
}

// A use that the database could not write does not count: the client may send the token again, but only once.
func TestIDTokensOutliveAFailure(t *testing.T) {
	for name, tc := range idTokenUses {
		t.Run(name, func(t *testing.T) {
			site, b := idTokenWorld(t, tc.signedIn, tc.known)
			body := idTokenBody(site, "a1")
			before := site.Count("SELECT count(*) FROM session")
			failing(site, "", tc.statement)
			require.Equal(t, http.StatusInternalServerError, b.Post("/api/auth/"+tc.route, body).Code)
			assert.Equal(t, before, site.Count("SELECT count(*) FROM session"))

			site.Start()
			again := b.Post("/api/auth/"+tc.route, body)
			require.Equal(t, http.StatusOK, again.Code, again.Body.String())
			replayed := site.Browser().Post("/api/auth/sign-in/social", body)

			assert.Equal(t, http.StatusUnauthorized, replayed.Code)
			assert.Equal(t, apitest.AuthError("INVALID_TOKEN", "Invalid token"), replayed.Body.String())
		})
	}
}

// Of two concurrent requests with one id_token that has a jti one succeeds, whichever reads first, and the other changes
// nothing.
func TestIDTokensAreUsedOnceAtOnce(t *testing.T) {
	for name, tc := range idTokenUses {
		t.Run(name, func(t *testing.T) {
			site, b := idTokenWorld(t, tc.signedIn, tc.known)
			body := idTokenBody(site, "a1")
			var thief apitest.Answer
			var rows int64
			all := "SELECT (SELECT count(*) FROM user) + (SELECT count(*) FROM account) + (SELECT count(*) FROM session)"
			between := &beforeDB{Database: site.DB, statement: tc.statement, run: func() {
				site.Start()
				thief = site.Browser().Post("/api/auth/sign-in/social", body)
				rows = site.Count(all)
			}}
			site.Start(func(p *platform.Platform) { p.DB = between })

			late := b.Post("/api/auth/"+tc.route, body)

			require.Equal(t, http.StatusOK, thief.Code, thief.Body.String())
			assert.Equal(t, http.StatusUnauthorized, late.Code)
			if name != "link" { // whose session has ended: the owner took over an address that was not verified
				assert.Equal(t, apitest.AuthError("INVALID_TOKEN", "Invalid token"), late.Body.String())
			}
			assert.Equal(t, rows, site.Count(all))
		})
	}
}

// beforeDB runs something once, before a statement.
type beforeDB struct {
	d1.Database
	statement string
	run       func()
}

func (db *beforeDB) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	for _, statement := range statements {
		if run := db.run; run != nil && strings.Contains(statement.SQL, db.statement) {
			db.run = nil
			run()
		}
	}
	return db.Database.Batch(ctx, statements...)
}
