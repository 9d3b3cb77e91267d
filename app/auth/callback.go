package auth

import (
	"context"
	"errors"
	"strings"

	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/whatwg"
)

// Callback is the query with which a provider sends a browser back.
type Callback struct {
	Provider                string
	State, Code             string
	Error, ErrorDescription string
}

// refusal is a failure that a page tells the user of, by a code.
type refusal struct {
	code  string
	cause error // for the log
}

func (r *refusal) Error() string {
	if r.cause == nil {
		return "auth: " + r.code
	}
	return "auth: " + r.code + ": " + r.cause.Error()
}

func (r *refusal) Unwrap() error { return r.cause }

// Return takes a browser back from a provider: it signs it in, or links an account, and returns where to send it. A
// failure that a page can tell of comes with that page; the error is then for the log alone.
func (s *Service) Return(ctx context.Context, v *Visit, c Callback) (string, error) {
	if c.State == "" {
		return s.ErrorURL() + "?state=state_not_found", nil
	}
	page := s.ErrorURL()
	state, err := s.takeState(ctx, v, c.State)
	if err == nil && state.ErrorURL != "" {
		page = state.ErrorURL
	}
	if err == nil && c.Error != "" {
		return withError(page, c.Error, c.ErrorDescription), nil
	}
	location := ""
	if err == nil {
		location, err = s.complete(ctx, v, c, state)
	}
	var refused *refusal
	if errors.As(err, &refused) {
		return withError(page, refused.code, ""), refused.cause
	}
	if err != nil {
		return "", err
	}
	return location, nil
}

// complete goes from the code to the session.
func (s *Service) complete(ctx context.Context, v *Visit, c Callback, state oauthState) (string, error) {
	if c.Code == "" {
		return "", &refusal{code: "no_code"}
	}
	p, known := s.providers[c.Provider]
	if !known {
		return "", &refusal{code: "oauth_provider_not_found"}
	}
	if state.provider != nil && *state.provider != p.id {
		return "", &refusal{code: "state_mismatch"}
	}
	tokens, err := p.exchange(ctx, c.Code, state.Verifier)
	if err != nil {
		return "", &refusal{"invalid_code", err}
	}
	who, err := p.identify(ctx, tokens)
	if err != nil {
		return "", &refusal{"unable_to_get_user_info", err}
	}
	if state.Link != nil {
		return state.Callback, s.link(ctx, v, p.id, who, tokens, *state.Link)
	}
	if who.email == "" {
		return "", &refusal{code: "email_not_found"}
	}
	_, created, err := s.arrive(ctx, v, p.id, who, tokens)
	if created && state.NewUser != "" {
		return state.NewUser, err
	}
	return state.Callback, err
}

// withError adds an error to a page's URL, as the last parameters of its query: before a fragment, which better-auth
// writes behind, where no page finds it.
func withError(page, code, description string) string {
	page, fragment, hasFragment := strings.Cut(page, "#")
	separator := "?"
	if strings.Contains(page, "?") {
		separator = "&"
	}
	page += separator + "error=" + whatwg.FormEscape(code)
	if description != "" {
		page += "&error_description=" + whatwg.FormEscape(description)
	}
	if hasFragment {
		page += "#" + fragment
	}
	return page
}

// CallbackURL is where a provider sends a browser back to.
func (s *Service) CallbackURL(providerID string) string {
	return s.baseURL + "/api/auth/callback/" + js.EncodeURIComponent(providerID)
}

// SafeCode is an error code that a page may show: what holds other characters than codes do is UNKNOWN.
func SafeCode(code string) string {
	for i := range len(code) {
		if !alphanumericByte(code[i]) && strings.IndexByte("'_-", code[i]) < 0 {
			return "UNKNOWN"
		}
	}
	if code == "" {
		return "UNKNOWN"
	}
	return whatwg.FormEscape(code)
}
