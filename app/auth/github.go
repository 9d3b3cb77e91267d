package auth

import (
	"context"
	"encoding/json"
	"errors"

	"golang.org/x/oauth2"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/safejson"
	"github.com/addreams/addreams/app/js"
)

// github is https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps.
func github(client Client) provider {
	return provider{
		id: "github",
		config: oauth2.Config{
			ClientID: client.ID, ClientSecret: client.Secret,
			Endpoint: oauth2.Endpoint{
				AuthURL:  "https://github.com/login/oauth/authorize",
				TokenURL: "https://github.com/login/oauth/access_token",
			},
			Scopes: []string{"read:user", "user:email"},
		},
		about: aboutGitHub,
	}
}

type gitHubEmail struct {
	Email    string `json:"email"`
	Primary  bool   `json:"primary"`
	Verified bool   `json:"verified"`
}

// aboutGitHub asks for the profile, and for the addresses, because the profile shows one only if its owner wants that,
// and never says whether it is verified.
func aboutGitHub(ctx context.Context, caller platform.HTTPClient, tokens Tokens) (about, error) {
	if tokens.Access == nil {
		return about{}, errors.New("github sent no access token")
	}
	profile, err := fetchJSON(ctx, caller, "https://api.github.com/user", *tokens.Access)
	if err != nil {
		return about{}, err
	}
	var user struct {
		RawID  json.RawMessage `json:"id"`
		Login  string          `json:"login"`
		Name   string          `json:"name"`
		Email  string          `json:"email"`
		Avatar *string         `json:"avatar_url"`
	}
	if err := safejson.Unmarshal(profile, &user); err != nil {
		return about{}, err
	}
	id, err := idOf(user.RawID)
	if err != nil {
		return about{}, err
	}
	if user.Name == "" {
		user.Name = user.Login
	}
	emails, untold := gitHubEmails(ctx, caller, *tokens.Access)
	email, verified := mainAddress(user.Email, emails)
	if user.Email == "" && email != "" {
		profile, err = withEmail(profile, email)
	}
	return about{
		id: id, name: user.Name, email: email, image: user.Avatar, verified: verified, rawID: user.RawID, profile: profile, untold: untold,
	}, err
}

// withEmail writes an address into a profile that hides it, as better-auth shows profiles.
func withEmail(profile json.RawMessage, email string) (json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := safejson.Unmarshal(profile, &fields); err != nil {
		return nil, err
	}
	fields["email"] = js.AppendString(nil, email)
	return json.Marshal(fields)
}

// gitHubEmails lists the addresses; GitHub does not tell them for lack of scope.
func gitHubEmails(ctx context.Context, caller platform.HTTPClient, token string) ([]gitHubEmail, error) {
	list, err := fetchJSON(ctx, caller, "https://api.github.com/user/emails", token)
	if err != nil {
		return nil, err
	}
	var emails []gitHubEmail
	if err := safejson.Unmarshal(list, &emails); err != nil {
		return nil, err
	}
	return emails, nil
}

// mainAddress picks the profile's address, else the primary one, else the first, and tells whether it is verified.
func mainAddress(shown string, emails []gitHubEmail) (string, bool) {
	if shown == "" && len(emails) > 0 {
		shown = emails[0].Email
		for _, entry := range emails {
			if entry.Primary {
				shown = entry.Email
				break
			}
		}
	}
	for _, entry := range emails {
		if entry.Email == shown {
			return shown, entry.Verified
		}
	}
	return shown, false
}
