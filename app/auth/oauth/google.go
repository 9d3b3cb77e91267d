package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/safejson"
)

// google is https://developers.google.com/identity/openid-connect/openid-connect.
func google(client Client) Provider {
	return Provider{
		ID:            "google",
		client:        client,
		authorizeURL:  "https://accounts.google.com/o/oauth2/v2/auth",
		tokenURL:      "https://oauth2.googleapis.com/token",
		scopes:        []string{"email", "profile", "openid"},
		parameters:    url.Values{"include_granted_scopes": {"true"}},
		userInfo:      googleUserInfo,
		verifyIDToken: verifyGoogleIDToken,
	}
}

// googleUserInfo reads the claims of the id_token, whose signature it does not verify: the token came from Google itself,
// over TLS, or was verified when a client brought it.
func googleUserInfo(_ context.Context, _ platform.HTTPClient, tokens Tokens) (UserInfo, error) {
	if tokens.ID == nil {
		return UserInfo{}, errors.New("google sent no id_token")
	}
	token, err := ParseJWT(*tokens.ID)
	if err != nil {
		return UserInfo{}, err
	}

	var claims struct {
		RawID    json.RawMessage `json:"sub"`
		Name     string          `json:"name"`
		Email    string          `json:"email"`
		Verified looseBool       `json:"email_verified"`
		Picture  *string         `json:"picture"`
	}
	if err := safejson.Unmarshal(token.Payload, &claims); err != nil {
		return UserInfo{}, err
	}
	id, err := parseID(claims.RawID)
	return UserInfo{
		ID: id, Name: claims.Name, Email: claims.Email, Image: claims.Picture, EmailVerified: bool(claims.Verified),
		RawID: claims.RawID, Profile: token.Payload,
	}, err
}

// looseBool is a boolean that some issuers write as a string.
type looseBool bool

// UnmarshalJSON takes whatever is not true for false.
func (b *looseBool) UnmarshalJSON(text []byte) error {
	*b = string(text) == "true" || string(text) == `"true"`
	return nil
}
