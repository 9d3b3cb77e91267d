package auth

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"golang.org/x/oauth2"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/safejson"
)

// google is https://developers.google.com/identity/openid-connect/openid-connect.
func google(client Client, now func() time.Time) provider {
	return provider{
		id: "google",
		config: oauth2.Config{
			ClientID: client.ID, ClientSecret: client.Secret,
			Endpoint: oauth2.Endpoint{
				AuthURL:  "https://accounts.google.com/o/oauth2/v2/auth",
				TokenURL: "https://oauth2.googleapis.com/token",
			},
			Scopes: []string{"email", "profile", "openid"},
		},
		options: []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("include_granted_scopes", "true")},
		about:   aboutGoogle,
		verifyID: func(ctx context.Context, caller platform.HTTPClient, token string, nonce *string) (TokenUse, error) {
			return verifyGoogleID(ctx, caller, token, client.ID, nonce, now())
		},
	}
}

// aboutGoogle reads the claims of the id_token. It came from Google itself, over TLS, or was verified before it was
// taken from a client: its signature is not asked for again.
func aboutGoogle(_ context.Context, _ platform.HTTPClient, tokens Tokens) (about, error) {
	if tokens.ID == nil {
		return about{}, errors.New("google sent no id_token")
	}
	document, err := parseJWS(*tokens.ID)
	if err != nil {
		return about{}, err
	}
	var claims struct {
		RawID    json.RawMessage `json:"sub"`
		Name     string          `json:"name"`
		Email    string          `json:"email"`
		Verified claimed         `json:"email_verified"`
		Picture  *string         `json:"picture"`
	}
	if err := safejson.Unmarshal(document.payload, &claims); err != nil {
		return about{}, err
	}
	id, err := idOf(claims.RawID)
	return about{
		id: id, name: claims.Name, email: claims.Email, image: claims.Picture, verified: bool(claims.Verified),
		rawID: claims.RawID, profile: document.payload,
	}, err
}

// claimed is a boolean that some issuers write as a string.
type claimed bool

func (c *claimed) UnmarshalJSON(text []byte) error {
	*c = string(text) == "true" || string(text) == `"true"`
	return nil
}
