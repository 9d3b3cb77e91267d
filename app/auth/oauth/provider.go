// Package oauth talks to the providers of sign-in, Google and GitHub: the URL that asks for consent, the exchange of codes
// for tokens, and who the tokens are for, by the provider's API or by an id_token. It knows nothing of our users, sessions
// or database.
package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/addreams/addreams/app/platform"
)

// Client is our registration with a provider. Without both values the provider is not offered.
type Client struct{ ID, Secret string }

// Clients are our registrations, one per provider.
type Clients struct {
	Google Client
	GitHub Client
}

// Provider is one place to sign in with.
type Provider struct {
	ID string // "google" or "github"

	client       Client
	authorizeURL string
	tokenURL     string
	redirectURL  string
	scopes       []string
	parameters   url.Values // of the authorization URL, besides the usual ones
	http         platform.HTTPClient
	now          func() time.Time

	// userInfo asks who the tokens are for.
	userInfo func(ctx context.Context, http platform.HTTPClient, tokens Tokens) (UserInfo, error)
	// verifyIDToken checks an id_token that a client brings; nil if the provider has none.
	verifyIDToken func(ctx context.Context, p Provider, token string, nonce *string) (TokenUse, error)
}

// Providers returns those that are offered, by their id. Browsers come back from a provider to the callback URL with the
// provider's id behind it.
func Providers(clients Clients, callback string, http platform.HTTPClient, now func() time.Time) map[string]Provider {
	providers := make(map[string]Provider)
	for _, p := range []Provider{google(clients.Google), gitHub(clients.GitHub)} {
		if p.client.ID == "" || p.client.Secret == "" {
			continue
		}
		p.redirectURL, p.http, p.now = callback+p.ID, http, now
		providers[p.ID] = p
	}
	return providers
}

// AuthorizeURL is where a browser goes to ask for consent (RFC 6749 §4.1.1), with a PKCE challenge (RFC 7636 §4.3). The
// hint is the address that the provider may propose; "" for none.
func (p Provider) AuthorizeURL(state, verifier, hint string, scopes []string) string {
	challenge := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"response_type":         {"code"},
		"client_id":             {p.client.ID},
		"redirect_uri":          {p.redirectURL},
		"scope":                 {strings.Join(slices.Concat(p.scopes, scopes), " ")},
		"state":                 {state},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(challenge[:])},
		"code_challenge_method": {"S256"},
	}

	for name, values := range p.parameters {
		query[name] = values
	}
	if hint != "" {
		query.Set("login_hint", hint)
	}
	return p.authorizeURL + "?" + query.Encode()
}

// patience is how long a provider may take to answer.
const patience = 10 * time.Second

// UserInfo asks who tokens are for.
func (p Provider) UserInfo(ctx context.Context, tokens Tokens) (UserInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return p.userInfo(ctx, p.http, tokens)
}

// TakesIDTokens reports whether clients may bring id_tokens of the provider.
func (p Provider) TakesIDTokens() bool { return p.verifyIDToken != nil }

// VerifyIDToken checks an id_token that a client brings to a provider that takes some: that the provider made it, for us,
// not long ago, and with the nonce if one is given. It returns how the token may be used.
func (p Provider) VerifyIDToken(ctx context.Context, token string, nonce *string) (TokenUse, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return p.verifyIDToken(ctx, p, token, nonce)
}
