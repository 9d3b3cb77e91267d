package cookie

import (
	"encoding/json"
	"maps"

	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/safejson"
)

// State is better-auth's JSON of an OAuth state. The provider is not in it: it has a column of its own in the database, so
// that the TypeScript service can read what this one writes during a switch, and the other way round.
type State struct {
	Callback  string
	Verifier  string
	ErrorURL  *string // nil for none
	NewUser   *string // nil for none
	Link      *StateLink
	ExpiresAt int64 // milliseconds

	RequestSignUp *bool          // written only; nil for none
	Additional    map[string]any // written only: what the caller wants to be kept
}

// StateLink is the user who asked for one more way in.
type StateLink struct {
	UserID string `json:"userId"`
	Email  string `json:"email"`
}

// FormatState writes the JSON. Additional data never takes the place of a key that has a meaning.
func FormatState(state State) (string, error) {
	value := make(map[string]any, len(state.Additional)+5)
	maps.Copy(value, state.Additional)
	for _, key := range []string{"errorURL", "newUserURL", "link", "requestSignUp"} {
		delete(value, key)
	}
	value["callbackURL"], value["codeVerifier"], value["expiresAt"] = state.Callback, state.Verifier, state.ExpiresAt
	if state.ErrorURL != nil {
		value["errorURL"] = *state.ErrorURL
	}
	if state.NewUser != nil {
		value["newUserURL"] = *state.NewUser
	}
	if state.Link != nil {
		value["link"] = *state.Link
	}
	if state.RequestSignUp != nil {
		value["requestSignUp"] = *state.RequestSignUp
	}

	text, err := js.Marshal(value)
	return string(text), err
}

// ParseState reads the JSON. It matches keys exactly: encoding/json alone would take one of the caller's additional data,
// as "LINK", for ours.
func ParseState(text string) (State, error) {
	var fields map[string]json.RawMessage
	if err := safejson.Unmarshal([]byte(text), &fields); err != nil {
		return State{}, err
	}

	var state State
	var expires float64
	for key, into := range map[string]any{
		"callbackURL": &state.Callback, "codeVerifier": &state.Verifier, "errorURL": &state.ErrorURL,
		"newUserURL": &state.NewUser, "link": &state.Link, "expiresAt": &expires,
	} {
		if field, found := fields[key]; found {
			if err := safejson.Unmarshal(field, into); err != nil {
				return State{}, err
			}
		}
	}
	state.ExpiresAt = int64(expires)
	return state, nil
}
