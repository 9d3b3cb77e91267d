package auth

import (
	"cmp"
	"context"
	"errors"

	"github.com/addreams/addreams/app/js"
)

// Callback is the query with which a provider sends a browser back.
type Callback struct {
	Provider                string
	State, Code             string
	Error, ErrorDescription string
}

// refusal is a failure that a page shows to the user, by a code.
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

// HandleCallback takes a browser back from a provider: it signs it in, or links an account, and returns where to send it.
// A failure that a page can show comes with that page; the error is then for the log alone.
func (s *Service) HandleCallback(ctx context.Context, v *Visit, c Callback) (string, error) {
	if c.State == "" {
		return s.ErrorURL() + "?state=state_not_found", nil
	}

	page := s.ErrorURL()
	state, err := s.takeState(ctx, v, c.State)
	if err == nil && state.ErrorURL != nil {
		page = cmp.Or(*state.ErrorURL, page)
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

// complete exchanges the code for tokens, and signs in or links the user whom they are for.
func (s *Service) complete(ctx context.Context, v *Visit, c Callback, state issuedState) (string, error) {
	if c.Code == "" {
		return "", &refusal{code: "no_code"}
	}
	p, known := s.providers[c.Provider]
	if !known {
		return "", &refusal{code: "oauth_provider_not_found"}
	}
	if state.providerID != nil && *state.providerID != p.ID {
		return "", errMismatch
	}

	tokens, err := p.Exchange(ctx, c.Code, state.Verifier)
	if err != nil {
		return "", &refusal{"invalid_code", err}
	}
	info, err := s.userInfo(ctx, p, tokens)
	if err != nil {
		return "", &refusal{"unable_to_get_user_info", err}
	}

	who := providerUser{UserInfo: info, providerID: p.ID}
	if state.Link != nil {
		return state.Callback, s.link(ctx, v, who, tokens, state)
	}
	if who.Email == "" {
		return "", &refusal{code: "email_not_found"}
	}
	_, created, err := s.signInWithProvider(ctx, v, who, tokens)
	if created && state.NewUser != nil {
		return cmp.Or(*state.NewUser, state.Callback), err
	}
	return state.Callback, err
}

// CallbackURL is where a provider sends a browser back to.
func (s *Service) CallbackURL(providerID string) string {
	return s.baseURL + "/api/auth/callback/" + js.EncodeURIComponent(providerID)
}
