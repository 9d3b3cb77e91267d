package api

import (
	"fmt"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/betterauth"
	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/auth/oauth"
	"github.com/addreams/addreams/app/binding"
)

// newAuth returns the service that identifies the senders of requests.
func (a *App) newAuth() *auth.Service {
	env := a.platform.Env
	secret, proxy := env(binding.AuthSecret), env(binding.ClientAddressSecret)
	if shortSecret(secret) {
		secret = "" // a key that can be guessed signs nobody in
	}
	if shortSecret(proxy) {
		proxy = ""
	}

	keys, wrong := tokenKeys(env(binding.AccountTokenKeys))
	return auth.New(auth.Config{
		Secret:  secret,
		BaseURL: env(binding.AuthURL),
		Origins: a.origins,
		Proxy:   proxy,
		Clients: oauth.Clients{
			Google: oauth.Client{ID: env(binding.GoogleClientID), Secret: env(binding.GoogleClientSecret)},
			GitHub: oauth.Client{ID: env(binding.GitHubClientID), Secret: env(binding.GitHubClientSecret)},
		},

		Log: a.log,

		TokenKeys: keys, TokenKeysWrong: wrong,
	}, a.store, a.scrypt, a.platform.HTTP, a.platform.Now)
}

// minSecret is the shortest key that is accepted, in bytes. It is a variable for the tests with the older service's key.
var minSecret = longEnough

const longEnough = 32

func shortSecret(secret string) bool { return len(secret) < minSecret }

// tokenKeys reads the keys of OAuth tokens.
func tokenKeys(list string) ([]auth.TokenKey, error) {
	parsed, err := binding.ParseKeys(list)
	if err != nil {
		return nil, fmt.Errorf("%s %w", binding.AccountTokenKeys, err)
	}
	keys := make([]auth.TokenKey, len(parsed))
	for i, key := range parsed {
		keys[i] = auth.TokenKey(key)
	}
	return keys, nil
}

// mountAuth serves /api/auth.
func (a *App) mountAuth(api *bunrouter.Group) {
	betterauth.Mount(api, a.auth, betterauth.Host{ReadBody: readBody, Identify: identify, Log: a.log, NotFound: notFound})
}
