package api

import (
	"fmt"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/binding"
)

// newAuth makes the service that knows who a request comes from.
func (a *App) newAuth() *auth.Service {
	env := a.platform.Env
	keys, wrong := tokenKeys(env(binding.AccountTokenKeys))
	return auth.New(auth.Config{
		Secret:  env(binding.AuthSecret),
		BaseURL: env(binding.AuthURL),
		Origins: a.origins,
		Google:  auth.Client{ID: env(binding.GoogleClientID), Secret: env(binding.GoogleClientSecret)},
		GitHub:  auth.Client{ID: env(binding.GitHubClientID), Secret: env(binding.GitHubClientSecret)},

		TokenKeys: keys, TokenKeysWrong: wrong,
	}, a.store, a.platform.Scrypt, a.platform.HTTP, a.platform.Now)
}

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
