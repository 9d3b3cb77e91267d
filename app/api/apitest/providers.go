package apitest

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

// Providers plays Google and GitHub. A code names the user who consents; the tokens of a code are "<provider>_<code>".
type Providers struct {
	t       testing.TB
	Now     func() time.Time
	Google  map[string]jwt.MapClaims        // by code
	GitHub  map[string]GitHubUser           // by code
	Calls   []string                        // method and URL
	Forms   []url.Values                    // of the token requests
	Agents  []string                        // User-Agent of each call
	Answers map[string]func() (int, string) // instead of the usual one, by URL
}

// GitHubUser is GitHub's answers about a user and the user's addresses.
type GitHubUser struct{ Profile, Emails string } // JSON

// Gina is a user of Google whose address Google has verified.
var Gina = jwt.MapClaims{
	"sub": "sub-gina", "email": "Gina@Example.test", "email_verified": true, "name": "Gina", "picture": "https://lh3.test/gina.png",
}

// SigningKey is the key of id_tokens.
var SigningKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func newProviders(t testing.TB) *Providers {
	return &Providers{
		t: t, Google: map[string]jwt.MapClaims{}, GitHub: map[string]GitHubUser{},
		Answers: map[string]func() (int, string){},
	}
}

// IDToken signs claims as Google does, with the usual ones where they do not say otherwise.
func (p *Providers) IDToken(claims jwt.MapClaims) string {
	all := jwt.MapClaims{
		"iss": "https://accounts.google.com", "aud": "google-id",
		"iat": p.Now().Unix(), "exp": p.Now().Add(time.Hour).Unix(),
	}
	for name, value := range claims {
		all[name] = value
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, all)
	token.Header["kid"] = "key-1"
	signed, err := token.SignedString(SigningKey())
	require.NoError(p.t, err)
	return signed
}

// RoundTrip answers a call to a provider.
func (p *Providers) RoundTrip(r *http.Request) (*http.Response, error) {
	target := r.URL.Scheme + "://" + r.URL.Host + r.URL.Path
	p.Calls = append(p.Calls, r.Method+" "+target)
	p.Agents = append(p.Agents, r.Header.Get("User-Agent"))
	status, body := http.StatusNotFound, "{}"
	if other := p.Answers[target]; other != nil {
		status, body = other()
	} else {
		status, body = p.usual(r, target)
	}

	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

func (p *Providers) usual(r *http.Request, target string) (int, string) {
	switch target {
	case "https://oauth2.googleapis.com/token":
		return p.googleTokens(p.form(r))
	case "https://www.googleapis.com/oauth2/v3/certs":
		return http.StatusOK, p.keys()
	case "https://github.com/login/oauth/access_token":
		code := p.form(r).Get("code")
		if _, known := p.GitHub[code]; !known {
			return http.StatusOK, `{"error":"bad_verification_code"}`
		}
		return http.StatusOK, `{"access_token":"github_` + code + `","scope":"read:user,user:email","token_type":"bearer"}`
	}

	user, known := p.GitHub[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer github_")]
	switch {
	case !known:
		return http.StatusUnauthorized, `{"message":"Bad credentials"}`
	case target == "https://api.github.com/user":
		return http.StatusOK, user.Profile
	case target == "https://api.github.com/user/emails" && user.Emails != "":
		return http.StatusOK, user.Emails
	}
	return http.StatusNotFound, `{"message":"Not Found"}`
}

func (p *Providers) googleTokens(form url.Values) (int, string) {
	code := form.Get("code")
	if form.Get("grant_type") == "refresh_token" {
		code = strings.TrimPrefix(form.Get("refresh_token"), "refresh_")
	}
	claims, known := p.Google[code]
	if !known {
		return http.StatusBadRequest, `{"error":"invalid_grant"}`
	}

	body, err := json.Marshal(map[string]any{
		"access_token": "google_" + code, "refresh_token": "refresh_" + code, "expires_in": 3600,
		"scope": "openid email profile", "token_type": "Bearer", "id_token": p.IDToken(claims),
	})
	require.NoError(p.t, err)
	return http.StatusOK, string(body)
}

func (p *Providers) keys() string {
	public := SigningKey().PublicKey
	number := base64.RawURLEncoding.EncodeToString
	return `{"keys":[{"kid":"other","kty":"EC"},{"kid":"key-1","kty":"RSA","alg":"RS256","use":"sig","n":"` +
		number(public.N.Bytes()) + `","e":"` + number(big.NewInt(int64(public.E)).Bytes()) + `"}]}`
}

func (p *Providers) form(r *http.Request) url.Values {
	text, err := io.ReadAll(r.Body)
	require.NoError(p.t, err)
	form, err := url.ParseQuery(string(text))
	require.NoError(p.t, err)
	p.Forms = append(p.Forms, form)
	return form
}

// Begin starts a sign-in with a provider and returns the state that the provider would send back.
func (b *Browser) Begin(path, provider string, fields map[string]any) string {
	body := map[string]any{"provider": provider, "callbackURL": "/studio"}
	for name, value := range fields {
		body[name] = value
	}
	response := b.Post(path, body)
	require.Equal(b.T, http.StatusOK, response.Code, response.Body.String())
	target, err := url.Parse(response.JSON["url"].(string))
	require.NoError(b.T, err)
	return target.Query().Get("state")
}

// Consent signs in with a provider: there and back, as the user whom the code names.
func (b *Browser) Consent(provider, code string) Answer {
	state := b.Begin("/api/auth/sign-in/social", provider, nil)
	return b.Get("/api/auth/callback/" + provider + "?code=" + code + "&state=" + url.QueryEscape(state))
}

// Link does the same for a user who is signed in.
func (b *Browser) Link(provider, code string) Answer {
	state := b.Begin("/api/auth/link-social", provider, nil)
	return b.Get("/api/auth/callback/" + provider + "?code=" + code + "&state=" + url.QueryEscape(state))
}
