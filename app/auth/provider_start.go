package auth

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/addreams/addreams/app/auth/cookie"
)

const (
	stateLife       = 10 * time.Minute // of the row
	stateCookieLife = 5 * time.Minute
	maxState        = 8 << 10 // bytes of JSON
)

// StartForm holds the fields of sign-in/social and link-social.
type StartForm struct {
	Provider          string
	Callback          string  // trusted; "" for none
	ErrorURL, NewUser *string // trusted; nil for none
	LoginHint         string
	Scopes            []string // besides those that we always ask for
	RequestSignUp     *bool
	Additional        map[string]any // kept for the reader of the state
}

var errProvider = Refuse(http.StatusNotFound, "Provider not found")

// Start begins a sign-in with a provider, or the linking of one if link is not nil, and returns the URL to send the
// browser to.
func (s *Service) Start(ctx context.Context, v *Visit, form StartForm, link *Identity) (string, error) {
	p, known := s.providers[form.Provider]
	if !known {
		return "", errProvider
	}
	state, verifier := newState(), newVerifier()
	address := p.AuthorizeURL(state, verifier, form.LoginHint, form.Scopes)
	value, err := cookie.FormatState(s.newStateValue(v, form, verifier, link))
	if err != nil {
		return "", err
	}
	if len(address) > MaxURL || len(value) > maxState {
		return "", ErrTooLarge
	}

	row := Verification{
		ID: newID(), Identifier: state, Value: value, ProviderID: &p.ID,
		ExpiresAt: v.Now.Add(stateLife).Truncate(time.Second),
	}
	if link != nil {
		row.SessionID = &link.Session.ID
	}
	if err := s.store.AddVerification(ctx, row, v.Now); err != nil {
		return "", goneIsSignedOut(err)
	}

	v.Jar.PutSigned(cookie.StateName, state, stateCookieLife)
	return address, nil
}

func (s *Service) newStateValue(v *Visit, form StartForm, verifier string, link *Identity) cookie.State {
	state := cookie.State{
		Callback: cmp.Or(form.Callback, s.baseURL), Verifier: verifier, ErrorURL: form.ErrorURL, NewUser: form.NewUser,
		ExpiresAt: v.Now.Add(stateLife).UnixMilli(), RequestSignUp: form.RequestSignUp, Additional: form.Additional,
	}
	if link != nil {
		state.Link = &cookie.StateLink{UserID: link.User.ID, Email: link.User.Email}
	}
	return state
}

// issuedState is a state that a browser sent back, with its row in the database.
type issuedState struct {
	cookie.State
	providerID *string // that it was issued for; nil if the TypeScript service issued it
	sessionID  *string // that asked to link; nil if the TypeScript service issued it
}

var (
	errRestart  = &refusal{code: "please_restart_the_process"}
	errMismatch = &refusal{code: "state_mismatch"}
)

// takeState uses a state up, if this browser is the one that it was made for.
func (s *Service) takeState(ctx context.Context, v *Visit, state string) (issuedState, error) {
	if sent, signed := v.Jar.Signed(cookie.StateName); !signed || sent != state {
		row, err := s.store.FindVerification(ctx, state, v.Now)
		if err == nil && row == nil {
			err = errRestart
		}
		return issuedState{}, cmp.Or[error](err, errMismatch)
	}
	row, err := s.store.TakeVerification(ctx, state, v.Now)
	if err != nil {
		return issuedState{}, err
	}
	if row == nil {
		return issuedState{}, errRestart
	}

	v.Jar.Remove(cookie.StateName)
	taken, err := cookie.ParseState(row.Value)
	if err != nil || taken.ExpiresAt < v.Now.UnixMilli() {
		return issuedState{}, errRestart
	}
	return issuedState{taken, row.ProviderID, row.SessionID}, nil
}
