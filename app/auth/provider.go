package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// provider is one place to sign in with.
type provider struct {
	id      string
	config  oauth2.Config
	options []oauth2.AuthCodeOption // of the authorization URL, besides the usual
	client  *http.Client
	now     func() time.Time
	// about asks who the tokens are for.
	about func(ctx context.Context, client *http.Client, tokens Tokens) (about, error)
	// verifyID checks an id_token that a client brings; nil where the provider has none.
	verifyID func(ctx context.Context, client *http.Client, token string, nonce *string) error
}

// about is what a provider says of a user.
type about struct {
	id, name, email string // "" where it says nothing
	image           *string
	verified        bool            // the address
	rawID           json.RawMessage // the id as the provider wrote it: a text or a number
	profile         json.RawMessage // all that the provider wrote
}

// idOf reads a provider's id of a user as text; an error if there is none.
func idOf(raw json.RawMessage) (string, error) {
	id := strings.Trim(string(raw), `"`)
	if id == "" || id == "null" || strings.ContainsAny(id, "{[\\") {
		return "", errors.New("the provider names nobody")
	}
	return id, nil
}

func newProviders(config Config, callback string, client *http.Client, now func() time.Time) map[string]provider {
	outbound := &http.Client{Transport: outbound{client}, CheckRedirect: refuseRedirect}
	providers := make(map[string]provider)
	for _, p := range []provider{google(config.Google, now), github(config.GitHub)} {
		if p.config.ClientID == "" || p.config.ClientSecret == "" {
			continue
		}
		p.client, p.now = outbound, now
		p.config.RedirectURL = callback + p.id
		p.config.Endpoint.AuthStyle = oauth2.AuthStyleInParams
		providers[p.id] = p
	}
	return providers
}

// authorizeURL is where a browser goes to ask for consent.
func (p provider) authorizeURL(state, verifier, hint string, scopes []string) string {
	config := p.config
	config.Scopes = append(append([]string(nil), config.Scopes...), scopes...)
	options := append([]oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}, p.options...)
	if hint != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", hint))
	}
	return config.AuthCodeURL(state, options...)
}

// exchange turns the code of a callback into tokens.
func (p provider) exchange(ctx context.Context, code, verifier string) (Tokens, error) {
	ctx, cancel := p.context(ctx)
	defer cancel()
	token, err := p.config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return Tokens{}, stripped(err)
	}
	return p.tokens(token, ""), nil
}

// refresh asks for a new access token. A provider may send a new refresh token too.
func (p provider) refresh(ctx context.Context, refreshToken string) (Tokens, error) {
	ctx, cancel := p.context(ctx)
	defer cancel()
	token, err := p.config.TokenSource(ctx, &oauth2.Token{RefreshToken: refreshToken}).Token()
	if err != nil {
		return Tokens{}, stripped(err)
	}
	return p.tokens(token, refreshToken), nil
}

// identify asks who tokens are for.
func (p provider) identify(ctx context.Context, tokens Tokens) (about, error) {
	ctx, cancel := p.context(ctx)
	defer cancel()
	return p.about(ctx, p.client, tokens)
}

func (p provider) tokens(token *oauth2.Token, refreshed string) Tokens {
	tokens := Tokens{Access: &token.AccessToken}
	if token.RefreshToken != "" && token.RefreshToken != refreshed {
		tokens.Refresh = &token.RefreshToken
	}
	if id, _ := token.Extra("id_token").(string); id != "" {
		tokens.ID = &id
	}
	if token.ExpiresIn > 0 {
		expires := p.now().Add(time.Duration(token.ExpiresIn) * time.Second).Truncate(time.Second)
		tokens.AccessExpires = &expires
	}
	scope, _ := token.Extra("scope").(string)
	scope = strings.Join(strings.Fields(scope), ",")
	tokens.Scope = &scope
	return tokens
}

// patience is how long a provider may take to answer.
const patience = 10 * time.Second

func (p provider) context(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, p.client), patience)
}

// stripped leaves out of an error what may hold a secret: the provider's answer.
func stripped(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return fmt.Errorf("token endpoint refused: %s %q", refused.Response.Status, refused.ErrorCode)
	}
	return err
}

// outbound adds to calls what providers ask for: GitHub refuses a request without User-Agent, and answers a token
// request as a form unless told to write JSON. Redirects are not followed: a secret goes where it is meant to go.
type outbound struct{ client *http.Client }

func (o outbound) RoundTrip(r *http.Request) (*http.Response, error) {
	call := r.Clone(r.Context())
	call.Header.Set("User-Agent", "addreams")
	if call.Method == http.MethodPost {
		call.Header.Set("Accept", "application/json")
	}
	if o.client == nil || o.client.Transport == nil {
		return http.DefaultTransport.RoundTrip(call)
	}
	return o.client.Transport.RoundTrip(call)
}

func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// maxAnswer is the longest answer, in bytes, that is read from a provider.
const maxAnswer = 1 << 20

// fetchJSON gets a JSON document, with a bearer token if there is one.
func fetchJSON(ctx context.Context, client *http.Client, url, bearer string) (json.RawMessage, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", url, response.Status)
	}
	if !json.Valid(body) {
		return nil, fmt.Errorf("%s answered no JSON", url)
	}
	return body, nil
}
