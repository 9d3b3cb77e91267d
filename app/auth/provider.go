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

	"github.com/rs/zerolog"
	"golang.org/x/oauth2"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/safejson"
)

// provider is one place to sign in with.
type provider struct {
	id      string
	config  oauth2.Config
	options []oauth2.AuthCodeOption // of the authorization URL, besides the usual
	caller  platform.HTTPClient
	now     func() time.Time
	log     func(context.Context) *zerolog.Logger
	// about asks who the tokens are for.
	about func(ctx context.Context, caller platform.HTTPClient, tokens Tokens) (about, error)
	// verifyID checks an id_token that a client brings, and says how it may be used; nil where the provider has none.
	verifyID func(ctx context.Context, caller platform.HTTPClient, token string, nonce *string) (TokenUse, error)
}

// about is what a provider says of a user.
type about struct {
	id, name, email string // "" where it says nothing
	image           *string
	verified        bool            // the address
	rawID           json.RawMessage // the id as the provider wrote it: a text or a number
	profile         json.RawMessage // all that the provider wrote
	untold          error           // why it does not tell the addresses, if that is no failure
	token           *TokenUse       // of the id_token that a client brought; nil if none did
}

// idOf reads a provider's id of a user as text; an error if there is none.
func idOf(raw json.RawMessage) (string, error) {
	id := strings.Trim(string(raw), `"`)
	if id == "" || id == "null" || strings.ContainsAny(id, "{[\\") {
		return "", errors.New("the provider names nobody")
	}
	return id, nil
}

func newProviders(config Config, callback string, caller platform.HTTPClient, now func() time.Time) map[string]provider {
	providers := make(map[string]provider)
	for _, p := range []provider{google(config.Google, now), github(config.GitHub)} {
		if p.config.ClientID == "" || p.config.ClientSecret == "" {
			continue
		}
		p.caller, p.now, p.log = caller, now, config.Log
		p.config.RedirectURL = callback + p.id
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

// identify asks who tokens are for.
func (p provider) identify(ctx context.Context, tokens Tokens) (about, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	who, err := p.about(ctx, p.caller, tokens)
	if who.untold != nil {
		p.log(ctx).Warn().Err(who.untold).Str("provider", p.id).Msg("the provider does not tell a user's addresses, so none counts as proven")
	}
	return who, err
}

// patience is how long a provider may take to answer.
const patience = 10 * time.Second

// maxAnswer is the longest answer, in bytes, that is read from a provider.
const maxAnswer = 1 << 20

// fetchJSON gets a JSON document, with a bearer token if there is one.
func fetchJSON(ctx context.Context, caller platform.HTTPClient, url, bearer string) (json.RawMessage, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	return callJSON(caller, request)
}

// callJSON makes a call and reads the JSON document that it answers. GitHub refuses a call without User-Agent. The error
// does not hold the answer: a secret may stand in it.
func callJSON(caller platform.HTTPClient, request *http.Request) (json.RawMessage, error) {
	request.Header.Set("User-Agent", "addreams")
	response, err := caller.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %d", request.URL.Host, response.StatusCode)
	}
	if !safejson.Valid(body) {
		return nil, fmt.Errorf("%s answered no JSON", request.URL.Host)
	}
	return body, nil
}
