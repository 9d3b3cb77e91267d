package api

import (
	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/binding"
)

// newAuth makes the service that knows who a request comes from.
func (a *App) newAuth() *auth.Service {
	env := a.platform.Env
	secret, proxy := env(binding.AuthSecret), env(binding.ClientAddressSecret)
	if shortSecret(secret) {
		secret = "" // nobody is signed in by a key that can be guessed
	}
	if shortSecret(proxy) {
		proxy = ""
	}
	return auth.New(auth.Config{
		Secret:  secret,
		BaseURL: env(binding.AuthURL),
		Origins: a.origins,
		Proxy:   proxy,
		Google:  auth.Client{ID: env(binding.GoogleClientID), Secret: env(binding.GoogleClientSecret)},
		GitHub:  auth.Client{ID: env(binding.GitHubClientID), Secret: env(binding.GitHubClientSecret)},
	}, a.store, a.scrypt, a.platform.HTTP, a.platform.Now)
}

// minSecret is the shortest key that is taken, in bytes. It is a variable for the tests of what was signed before.
var minSecret = longEnough

const longEnough = 32

func shortSecret(secret string) bool { return len(secret) < minSecret }
