package local

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/dotenv"
	"github.com/addreams/addreams/infra/localcloud"
	"github.com/addreams/addreams/infra/secret"
)

// samplePacks are what a developer can buy, without money.
const samplePacks = "starter=usd:1000:10:10,large=usd:4500:50:50"

// writeSecrets writes the file of secrets for stack local, and returns its path. It has what .dev.vars has. What is not
// there is the sandbox's keys and packs, and keys of cookies and OAuth tokens and the token of POST /api/migrate, which are made
// once and kept, so that sessions and tokens outlive a restart.
func writeSecrets(root, dir string) (string, error) {
	given, err := dotenv.Read(filepath.Join(root, ".dev.vars"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf(".dev.vars can't be read: %w (.dev.vars.example shows the form)", err)
	}
	cookieKey, err := secret.Kept(filepath.Join(dir, "cookie-key"), secret.Key)
	if err != nil {
		return "", err
	}
	tokenKeys, err := secret.Kept(filepath.Join(dir, "token-keys"), secret.TokenKeys)
	if err != nil {
		return "", err
	}

	migrateToken, err := secret.Kept(migrateTokenFile(dir), secret.Key)
	if err != nil {
		return "", err
	}

	secrets := map[string]string{
		binding.QwenKey: localcloud.SandboxKey,

		binding.StripeSecretKey:     localcloud.StripeKey,
		binding.StripeWebhookSecret: localcloud.StripeSecret,
		binding.CreditPacks:         samplePacks,

		binding.AuthSecret:       cookieKey,
		binding.AccountTokenKeys: tokenKeys,
		binding.MigrateToken:     migrateToken,
	}
	maps.DeleteFunc(given, func(_, value string) bool { return value == "" }) // a name without a value, as in the example
	maps.Copy(secrets, given)

	content, err := dotenv.Format(secrets)
	if err != nil {
		return "", fmt.Errorf(".dev.vars: %w", err)
	}
	if err := os.WriteFile(migrateTokenFile(dir), []byte(secrets[binding.MigrateToken]), 0o600); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "secrets.env")
	return path, os.WriteFile(path, content, 0o600)
}

// migrateTokenFile is the file of the token that the stack has, be it made or given: what `make up` prints reads it.
func migrateTokenFile(dir string) string { return filepath.Join(dir, "migrate-token") }
