package oauth

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/addreams/addreams/app/safejson"
)

// Tokens is what a provider gave us; nil is what is not known.
type Tokens struct {
	Access        *string
	Refresh       *string
	ID            *string    // the id_token
	AccessExpires *time.Time // whole seconds
	Scope         *string    // scopes joined by commas
}

// Updated lays newer tokens over these.
func (t Tokens) Updated(newer Tokens) Tokens {
	return Tokens{
		Access: or(newer.Access, t.Access), Refresh: or(newer.Refresh, t.Refresh), ID: or(newer.ID, t.ID),
		AccessExpires: or(newer.AccessExpires, t.AccessExpires), Scope: or(newer.Scope, t.Scope),
	}
}

func or[T any](first, second *T) *T {
	if first != nil {
		return first
	}
	return second
}

// Exchange turns the code of a callback into tokens (RFC 6749 §4.1.3, RFC 7636 §4.5).
func (p Provider) Exchange(ctx context.Context, code, verifier string) (Tokens, error) {
	return p.askToken(ctx, url.Values{
		"grant_type":    {"authorization_code"},
		"code":          {code},
		"code_verifier": {verifier},
		"redirect_uri":  {p.redirectURL},
	})
}

// Refresh asks for a new access token (RFC 6749 §6). A provider may send a new refresh token too.
func (p Provider) Refresh(ctx context.Context, refreshToken string) (Tokens, error) {
	return p.askToken(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refreshToken}})
}

// tokenAnswer is what a token endpoint answers (RFC 6749 §5).
type tokenAnswer struct {
	Access    string  `json:"access_token"`
	Refresh   string  `json:"refresh_token"`
	ID        string  `json:"id_token"`
	ExpiresIn seconds `json:"expires_in"`
	Scope     string  `json:"scope"`
	Error     string  `json:"error"`
}

// seconds is a number that some providers write as a string.
type seconds int64

// UnmarshalJSON treats anything that is not a number as absent.
func (s *seconds) UnmarshalJSON(text []byte) error {
	number, err := strconv.ParseFloat(string(bytes.Trim(text, `"`)), 64)
	if err == nil {
		*s = seconds(number)
	}
	return nil
}

// askToken posts a form to the token endpoint. GitHub answers as a form unless told to write JSON, and refuses with a 200
// that holds an error.
func (p Provider) askToken(ctx context.Context, form url.Values) (Tokens, error) {
	form.Set("client_id", p.client.ID)
	form.Set("client_secret", p.client.Secret)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.tokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return Tokens{}, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")

	document, err := doJSON(p.http, request)
	if err != nil {
		return Tokens{}, err
	}

	var answer tokenAnswer
	switch err := safejson.Unmarshal(document, &answer); {
	case err != nil:
		return Tokens{}, errors.New("the token endpoint's answer has another form")
	case answer.Error != "":
		return Tokens{}, errors.New("the token endpoint refused: " + strconv.Quote(answer.Error))
	case answer.Access == "":
		return Tokens{}, errors.New("the token endpoint sent no access token")
	}
	return answer.tokens(p.now()), nil
}

// tokens returns what is kept of an answer.
func (a tokenAnswer) tokens(now time.Time) Tokens {
	scope := strings.Join(strings.Fields(a.Scope), ",")
	tokens := Tokens{Access: &a.Access, Scope: &scope}
	if a.Refresh != "" {
		tokens.Refresh = &a.Refresh
	}
	if a.ID != "" {
		tokens.ID = &a.ID
	}
	if a.ExpiresIn > 0 {
		expires := now.Add(time.Duration(a.ExpiresIn) * time.Second).Truncate(time.Second)
		tokens.AccessExpires = &expires
	}

	return tokens
}
