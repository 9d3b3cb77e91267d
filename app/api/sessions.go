package api

import (
	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/binding"
)

// newAuth makes the service that knows who a request comes from.
func (a *App) newAuth() *auth.Service {
	env := a.platform.Env
	return auth.New(auth.Config{
		Secret:  env(binding.AuthSecret),
		BaseURL: env(binding.AuthURL),
		Origins: a.origins,
		Google:  auth.Client{ID: env(binding.GoogleClientID), Secret: env(binding.GoogleClientSecret)},
		GitHub:  auth.Client{ID: env(binding.GitHubClientID), Secret: env(binding.GitHubClientSecret)},
	}, a.store, a.scrypt, a.platform.HTTP, a.platform.Now)
}
