package api_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

// providers plays Google and GitHub. A code names who consents; the tokens of a code are "<provider>_<code>".
type providers struct {
	t      *testing.T
	now    func() time.Time
	google map[string]jwt.MapClaims        // by code
	github map[string]gitHubUser           // by code
	calls  []string                        // method and URL
	forms  []url.Values                    // of the token requests
	agents []string                        // User-Agent of each call
	answer map[string]func() (int, string) // in place of the usual, by URL
}

type gitHubUser struct{ profile, emails string } // JSON

var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func newProviders(t *testing.T) *providers {
	return &providers{
		t: t, google: map[string]jwt.MapClaims{}, github: map[string]gitHubUser{},
		answer: map[string]func() (int, string){},
	}
}

// idToken signs claims as Google does, with the usual ones where they do not say otherwise.
func (p *providers) idToken(claims jwt.MapClaims) string {
	all := jwt.MapClaims{
		"iss": "https://accounts.google.com", "aud": "google-id",
		"iat": p.now().Unix(), "exp": p.now().Add(time.Hour).Unix(),
	}
	for name, value := range claims {
		all[name] = value
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, all)
	token.Header["kid"] = "key-1"
	signed, err := token.SignedString(signingKey())
	require.NoError(p.t, err)
	return signed
}

// RoundTrip answers a call to a provider.
func (p *providers) RoundTrip(r *http.Request) (*http.Response, error) {
	target := r.URL.Scheme + "://" + r.URL.Host + r.URL.Path
	p.calls = append(p.calls, r.Method+" "+target)
	p.agents = append(p.agents, r.Header.Get("User-Agent"))
	status, body := http.StatusNotFound, "{}"
	if other := p.answer[target]; other != nil {
		status, body = other()
	} else {
		status, body = p.usual(r, target)
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

func (p *providers) usual(r *http.Request, target string) (int, string) {
	switch target {
	case "https://oauth2.googleapis.com/token":
		return p.googleTokens(p.form(r))
	case "https://www.googleapis.com/oauth2/v3/certs":
		return http.StatusOK, p.keys()
	case "https://github.com/login/oauth/access_token":
		code := p.form(r).Get("code")
		if _, known := p.github[code]; !known {
			return http.StatusOK, `{"error":"bad_verification_code"}`
		}
		return http.StatusOK, `{"access_token":"github_` + code + `","scope":"read:user,user:email","token_type":"bearer"}`
	}
	user, known := p.github[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer github_")]
	switch {
	case !known:
		return http.StatusUnauthorized, `{"message":"Bad credentials"}`
	case target == "https://api.github.com/user":
		return http.StatusOK, user.profile
	case target == "https://api.github.com/user/emails" && user.emails != "":
		return http.StatusOK, user.emails
	}
	return http.StatusNotFound, `{"message":"Not Found"}`
}

func (p *providers) googleTokens(form url.Values) (int, string) {
	code := form.Get("code")
	if form.Get("grant_type") == "refresh_token" {
		code = strings.TrimPrefix(form.Get("refresh_token"), "refresh_")
	}
	claims, known := p.google[code]
	if !known {
		return http.StatusBadRequest, `{"error":"invalid_grant"}`
	}
	body, err := json.Marshal(map[string]any{
		"access_token": "google_" + code, "refresh_token": "refresh_" + code, "expires_in": 3600,
		"scope": "openid email profile", "token_type": "Bearer", "id_token": p.idToken(claims),
	})
	require.NoError(p.t, err)
	return http.StatusOK, string(body)
}

func (p *providers) keys() string {
	public := signingKey().PublicKey
	number := base64.RawURLEncoding.EncodeToString
	return `{"keys":[{"kid":"other","kty":"EC"},{"kid":"key-1","kty":"RSA","alg":"RS256","use":"sig","n":"` +
		number(public.N.Bytes()) + `","e":"` + number(big.NewInt(int64(public.E)).Bytes()) + `"}]}`
}

func (p *providers) form(r *http.Request) url.Values {
	text, err := io.ReadAll(r.Body)
	require.NoError(p.t, err)
	form, err := url.ParseQuery(string(text))
	require.NoError(p.t, err)
	p.forms = append(p.forms, form)
	return form
}

// begin starts a sign-in with a provider and returns the state that the provider would send back.
func (b *browser) begin(path, provider string, fields map[string]any) string {
	body := map[string]any{"provider": provider, "callbackURL": "/studio"}
	for name, value := range fields {
		body[name] = value
	}
	response := b.post(path, body)
	require.Equal(b.t, http.StatusOK, response.Code, response.Body.String())
	target, err := url.Parse(response.body["url"].(string))
	require.NoError(b.t, err)
	return target.Query().Get("state")
}

// consent goes the whole way: to the provider and back, as the one whom the code names.
func (b *browser) consent(provider, code string) answer {
	state := b.begin("/api/auth/sign-in/social", provider, nil)
	return b.get("/api/auth/callback/" + provider + "?code=" + code + "&state=" + url.QueryEscape(state))
}

// link goes the same way, for a user who is signed in.
func (b *browser) link(provider, code string) answer {
	state := b.begin("/api/auth/link-social", provider, nil)
	return b.get("/api/auth/callback/" + provider + "?code=" + code + "&state=" + url.QueryEscape(state))
}
