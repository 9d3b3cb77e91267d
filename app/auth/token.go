package auth

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

// tokenAnswer is what a token endpoint answers (RFC 6749 §5).
type tokenAnswer struct {
	Access    string  `json:"access_token"`
	Refresh   string  `json:"refresh_token"`
	ID        string  `json:"id_token"`
	ExpiresIn seconds `json:"expires_in"`
	Scope     string  `json:"scope"`
	Error     string  `json:"error"`
}

// seconds is a number that some providers write as a text.
type seconds int64

func (s *seconds) UnmarshalJSON(text []byte) error {
	number, err := strconv.ParseFloat(string(bytes.Trim(text, `"`)), 64)
	if err == nil {
		*s = seconds(number)
	}
	return nil
}

// exchange turns the code of a callback into tokens (RFC 6749 §4.1.3, RFC 7636 §4.5).
func (p provider) exchange(ctx context.Context, code, verifier string) (Tokens, error) {
	answer, err := p.askToken(ctx, url.Values{
		"grant_type":    {"authorization_code"},
		"code":          {code},
		"code_verifier": {verifier},
		"redirect_uri":  {p.config.RedirectURL},
	})
	if err != nil {
		return Tokens{}, err
	}
	return p.tokens(answer), nil
}

// refresh asks for a new access token (RFC 6749 §6). A provider may send a new refresh token too.
func (p provider) refresh(ctx context.Context, refreshToken string) (Tokens, error) {
	answer, err := p.askToken(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refreshToken}})
	if err != nil {
		return Tokens{}, err
	}
	return p.tokens(answer), nil
}

// askToken posts a form to the token endpoint. It stands here, not in oauth2, whose own call links all of net/http's
// client into the Wasm. GitHub answers as a form unless told to write JSON, and refuses with a 200 that holds an error.
func (p provider) askToken(ctx context.Context, form url.Values) (tokenAnswer, error) {
	form.Set("client_id", p.config.ClientID)
	form.Set("client_secret", p.config.ClientSecret)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.config.Endpoint.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return tokenAnswer{}, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	document, err := callJSON(p.caller, request)
	if err != nil {
		return tokenAnswer{}, err
	}
	var answer tokenAnswer
	switch err := safejson.Unmarshal(document, &answer); {
	case err != nil:
		return tokenAnswer{}, errors.New("the token endpoint's answer has another form")
	case answer.Error != "":
		return tokenAnswer{}, errors.New("the token endpoint refused: " + strconv.Quote(answer.Error))
	case answer.Access == "":
		return tokenAnswer{}, errors.New("the token endpoint sent no access token")
	}
	return answer, nil
}

// tokens are what is kept of an answer.
func (p provider) tokens(answer tokenAnswer) Tokens {
	scope := strings.Join(strings.Fields(answer.Scope), ",")
	tokens := Tokens{Access: &answer.Access, Scope: &scope}
	if answer.Refresh != "" {
		tokens.Refresh = &answer.Refresh
	}
	if answer.ID != "" {
		tokens.ID = &answer.ID
	}
	if answer.ExpiresIn > 0 {
		expires := p.now().Add(time.Duration(answer.ExpiresIn) * time.Second).Truncate(time.Second)
		tokens.AccessExpires = &expires
	}
	return tokens
}
