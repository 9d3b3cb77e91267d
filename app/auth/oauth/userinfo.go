package oauth

import (
	"encoding/json"
	"errors"
	"strings"
)

// UserInfo is what a provider says of a user.
type UserInfo struct {
	ID, Name, Email string // "" where it says nothing
	Image           *string
	EmailVerified   bool
	RawID           json.RawMessage // the id as the provider wrote it: a text or a number
	Profile         json.RawMessage // all that the provider wrote
}

// parseID reads a provider's id of a user as text; an error if there is none.
func parseID(raw json.RawMessage) (string, error) {
	id := strings.Trim(string(raw), `"`)
	if id == "" || id == "null" || strings.ContainsAny(id, "{[\\") {
		return "", errors.New("the provider names nobody")
	}
	return id, nil
}
