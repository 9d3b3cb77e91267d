package oauth

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/safejson"
)

// gitHub is https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps.
func gitHub(client Client) Provider {
	return Provider{
		ID:           "github",
		client:       client,
		authorizeURL: "https://github.com/login/oauth/authorize",
		tokenURL:     "https://github.com/login/oauth/access_token",
		scopes:       []string{"read:user", "user:email"},
		userInfo:     gitHubUserInfo,
	}
}

// gitHubUserInfo asks for the profile, and for the addresses, because the profile shows one only if its owner wants that,
// and never says whether it is verified.
func gitHubUserInfo(ctx context.Context, caller platform.HTTPClient, tokens Tokens) (UserInfo, error) {
	if tokens.Access == nil {
		return UserInfo{}, errors.New("github sent no access token")
	}
	profile, err := fetchJSON(ctx, caller, "https://api.github.com/user", *tokens.Access)
	if err != nil {
		return UserInfo{}, err
	}

	var user struct {
		RawID  json.RawMessage `json:"id"`
		Login  string          `json:"login"`
		Name   string          `json:"name"`
		Email  string          `json:"email"`
		Avatar *string         `json:"avatar_url"`
	}
	if err := safejson.Unmarshal(profile, &user); err != nil {
		return UserInfo{}, err
	}
	id, err := parseID(user.RawID)
	if err != nil {
		return UserInfo{}, err
	}
	if user.Name == "" {
		user.Name = user.Login
	}

	email, verified := mainEmail(user.Email, gitHubEmails(ctx, caller, *tokens.Access))
	if user.Email == "" && email != "" {
		profile, err = withEmail(profile, email)
	}
	return UserInfo{
		ID: id, Name: user.Name, Email: email, Image: user.Avatar, EmailVerified: verified, RawID: user.RawID, Profile: profile,
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

type gitHubEmail struct {
	Email    string `json:"email"`
	Primary  bool   `json:"primary"`
	Verified bool   `json:"verified"`
}

// gitHubEmails lists the addresses; none if GitHub does not give them, for lack of scope.
func gitHubEmails(ctx context.Context, caller platform.HTTPClient, token string) []gitHubEmail {
	list, err := fetchJSON(ctx, caller, "https://api.github.com/user/emails", token)
	if err != nil {
		return nil
	}
	var emails []gitHubEmail
	if safejson.Unmarshal(list, &emails) != nil {
		return nil
	}
	return emails
}

// mainEmail picks the profile's address, else the primary one, else the first, and reports whether it is verified.
func mainEmail(shown string, emails []gitHubEmail) (string, bool) {
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
