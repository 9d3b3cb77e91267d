package stack

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/dotenv"
)

// SandboxKey is the DashScope key for which the local Cloudflare answers DashScope's hosts itself.
const SandboxKey = "sandbox"

// writeSecrets writes the file of secrets for stack local, and returns its path: those of .dev.vars, and for what is
// not there the sandbox's key, and keys of cookies and OAuth tokens that are made once and kept, so that sessions and
// tokens outlive a restart.
func writeSecrets(root, dir string) (string, error) {
	given, err := dotenv.Read(filepath.Join(root, ".dev.vars"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf(".dev.vars can't be read: %w (.dev.vars.example shows the form)", err)
	}
	cookieKey, err := keptSecret(filepath.Join(dir, "cookie-key"), randomText)
	if err != nil {
		return "", err
	}
	tokenKeys, err := keptSecret(filepath.Join(dir, "token-keys"), randomTokenKey)
	if err != nil {
		return "", err
	}
	secrets := map[string]string{
		"QWEN_API_KEY": SandboxKey, binding.AuthSecret: cookieKey, binding.AccountTokenKeys: tokenKeys,
	}
	maps.DeleteFunc(given, func(_, value string) bool { return value == "" }) // a name without a value, as in the example
	maps.Copy(secrets, given)
	content, err := dotenv.Format(secrets)
	if err != nil {
		return "", fmt.Errorf(".dev.vars: %w", err)
	}
	path := filepath.Join(dir, "secrets.env")
	return path, os.WriteFile(path, content, 0o600)
}

// keptSecret reads a secret from its file, and makes it the first time.
func keptSecret(path string, make func() string) (string, error) {
	if err := writeOnce(path, make); err != nil {
		return "", err
	}
	secret, err := os.ReadFile(path)
	return string(secret), err
}

// randomTokenKey makes a list of one key of OAuth tokens.
func randomTokenKey() string {
	var key [32]byte
	_, _ = rand.Read(key[:])
	return "k1:" + base64.StdEncoding.EncodeToString(key[:])
}
