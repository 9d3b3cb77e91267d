package main

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/binding"
)

// minSecret is the shortest key that is taken, in characters, and minVariety how many different ones it has at least: a
// random one of that length has more.
const (
	minSecret  = 32
	minVariety = 8
)

func checkSecrets(r *reader) {
	checkKey(r, binding.AuthSecret, true)
	checkKey(r, binding.MigrateToken, false)
	checkKey(r, binding.ClientAddressSecret, false)
	if r.secret(binding.QwenKey) == "" {
		r.secretProblem("qwenApiKey", "is missing")
	}
	checkPair(r, binding.GoogleClientID, binding.GoogleClientSecret)
	checkPair(r, binding.GitHubClientID, binding.GitHubClientSecret)
	checkTokenKeys(r)
	if strings.HasPrefix(r.secret(binding.GoogleClientID), "GOCSPX-") {
		r.secretProblem("googleClientId", "is a client secret: the id ends with .apps.googleusercontent.com")
	}
	for _, name := range []string{
		binding.QwenKey, binding.MigrateToken, binding.ClientAddressSecret, binding.GoogleClientID, binding.GoogleClientSecret,
		binding.GitHubClientID, binding.GitHubClientSecret,
	} {
		if value := r.secret(name); value != "" && !visible.MatchString(value) {
			r.secretProblem(secretKeys[name], "has spaces, line breaks or letters beyond ASCII, which cannot be sent")
		}
	}
}

// checkKey notes a key of our own that is missing though required, too short, or easily guessed.
func checkKey(r *reader, name string, required bool) {
	value, key := r.secret(name), secretKeys[name]
	variety := map[rune]bool{}
	for _, char := range value {
		variety[char] = true
	}

	switch {
	case value == "" && !required:
	case len(value) < minSecret && required:
		r.secretProblem(key, "is missing, or shorter than 32 characters")
	case len(value) < minSecret:
		r.secretProblem(key, "is shorter than 32 characters")
	case len(variety) < minVariety:
		r.secretProblem(key, fmt.Sprintf("has only %d different characters, and is easily guessed", len(variety)))
	}
}

// checkTokenKeys asks for the keys of OAuth tokens where there are any such tokens.
func checkTokenKeys(r *reader) {
	keys, err := binding.ParseKeys(r.secret(binding.AccountTokenKeys))
	switch {
	case err != nil:
		r.secretProblem("accountTokenKeys", err.Error())
	case len(keys) == 0 && r.secret(binding.GoogleClientID)+r.secret(binding.GitHubClientID) != "":
		r.secretProblem("accountTokenKeys", "is missing: the tokens of Google and GitHub would be stored in clear")
	}
}

// checkPair notes the missing half of two that go together.
func checkPair(r *reader, id, secret string) {
	hasID, hasSecret := r.secret(id) != "", r.secret(secret) != ""
	switch {
	case hasID && !hasSecret:
		r.secretProblem(secretKeys[secret], "is missing beside "+secretKeys[id])
	case hasSecret && !hasID:
		r.secretProblem(secretKeys[id], "is missing beside "+secretKeys[secret])
	}
}
