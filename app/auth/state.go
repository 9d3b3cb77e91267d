package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/safejson"
)

const (
	stateLife       = 10 * time.Minute // of the row
	stateCookieLife = 5 * time.Minute
	maxState        = 8 << 10 // bytes of JSON
)

// StartForm is what sign-in/social and link-social ask for.
type StartForm struct {
	Provider          string
	Callback          string  // trusted; "" for none
	ErrorURL, NewUser *string // trusted; nil for none
	LoginHint         string
	Scopes            []string // besides those that we always ask for
	RequestSignUp     *bool
	Additional        map[string]any // kept for whoever reads the state
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
	address := p.authorizeURL(state, verifier, form.LoginHint, form.Scopes)
	value, err := s.stateValue(v, form, verifier, link)
	if err != nil {
		return "", err
	}
	if len(address) > MaxURL || len(value) > maxState {
		return "", ErrTooLarge
	}
	row := Verification{
		ID: newID(), Identifier: state, Value: value, ProviderID: &p.id,
		ExpiresAt: v.Now.Add(stateLife).Truncate(time.Second),
	}
	if link != nil {
		row.SessionID = &link.Session.ID
	}
	if err := s.store.AddVerification(ctx, row, v.Now); err != nil {
		return "", signedOut(err)
	}
	v.Jar.putSigned(stateCookie, state, stateCookieLife)
	return address, nil
}

// oauthState is better-auth's JSON of a state. The provider is not in it: it stands in a column of its own, so that the
// TypeScript service can read what we write during a switch, and we what it wrote.
type oauthState struct {
	Callback  string
	Verifier  string
	ErrorURL  string
	NewUser   string
	Link      *stateLink
	ExpiresAt float64 // milliseconds

	provider *string // that it was issued for; nil if the TypeScript service did
}

type stateLink struct {
	UserID string `json:"userId"`
	Email  string `json:"email"`

	sessionID *string // that asked; nil if the TypeScript service wrote the state
}

// readState reads the JSON. It takes keys at their letter: encoding/json alone would take one of the caller's additional
// data, as "LINK", for ours.
func readState(value string) (oauthState, error) {
	var fields map[string]json.RawMessage
	if err := safejson.Unmarshal([]byte(value), &fields); err != nil {
		return oauthState{}, err
	}
	var state oauthState
	for key, into := range map[string]any{
		"callbackURL": &state.Callback, "codeVerifier": &state.Verifier, "errorURL": &state.ErrorURL,
		"newUserURL": &state.NewUser, "link": &state.Link, "expiresAt": &state.ExpiresAt,
	} {
		if text, found := fields[key]; found {
			if err := safejson.Unmarshal(text, into); err != nil {
				return oauthState{}, err
			}
		}
	}
	return state, nil
}

// stateValue writes the JSON. A caller's additional data never takes the place of a key that has a meaning.
func (s *Service) stateValue(v *Visit, form StartForm, verifier string, link *Identity) (string, error) {
	value := make(map[string]any, len(form.Additional)+5)
	for key, extra := range form.Additional {
		value[key] = extra
	}
	for _, key := range []string{"errorURL", "newUserURL", "link", "requestSignUp"} {
		delete(value, key)
	}
	value["callbackURL"] = form.Callback
	if form.Callback == "" {
		value["callbackURL"] = s.baseURL
	}
	value["codeVerifier"] = verifier
	value["expiresAt"] = v.Now.Add(stateLife).UnixMilli()
	if form.ErrorURL != nil {
		value["errorURL"] = *form.ErrorURL
	}
	if form.NewUser != nil {
		value["newUserURL"] = *form.NewUser
	}
	if link != nil {
		value["link"] = stateLink{UserID: link.User.ID, Email: link.User.Email}
	}
	if form.RequestSignUp != nil {
		value["requestSignUp"] = *form.RequestSignUp
	}
	text, err := js.Marshal(value)
	return string(text), err
}

var (
	errRestart  = &refusal{code: "please_restart_the_process"}
	errMismatch = &refusal{code: "state_mismatch"}
)

// takeState uses a state up, if this browser is the one that it was made for.
func (s *Service) takeState(ctx context.Context, v *Visit, state string) (oauthState, error) {
	cookie, signed := v.Jar.signed(stateCookie)
	if !signed || cookie != state {
		row, err := s.store.FindVerification(ctx, state, v.Now)
		if err == nil && row == nil {
			err = errRestart
		}
		return oauthState{}, cmp.Or[error](err, errMismatch)
	}
	row, err := s.store.TakeVerification(ctx, state, v.Now)
	if err != nil {
		return oauthState{}, err
	}
	if row == nil {
		return oauthState{}, errRestart
	}
	v.Jar.remove(stateCookie)
	taken, err := readState(row.Value)
	if err != nil || taken.ExpiresAt < float64(v.Now.UnixMilli()) {
		return oauthState{}, errRestart
	}
	taken.provider = row.ProviderID
	if taken.Link != nil {
		taken.Link.sessionID = row.SessionID
	}
	return taken, nil
}
