package stack

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"github.com/addreams/addreams/app/dotenv"
)

// SandboxKey is the DashScope key for which the local Cloudflare answers DashScope's hosts itself.
const SandboxKey = "sandbox"

// writeSecrets writes the file of secrets for stack local, and returns its path: those of .dev.vars, and for what is
// not there the sandbox's key and a cookie key that is made once and kept, so that sessions outlive a restart.
func writeSecrets(root, dir string) (string, error) {
	given, err := dotenv.Read(filepath.Join(root, ".dev.vars"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf(".dev.vars can't be read: %w (.dev.vars.example shows the form)", err)
	}
	keyFile := filepath.Join(dir, "cookie-key")
	if err := writeOnce(keyFile, randomText); err != nil {
		return "", err
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return "", err
	}
	secrets := map[string]string{"QWEN_API_KEY": SandboxKey, "BETTER_AUTH_SECRET": string(key)}
	maps.DeleteFunc(given, func(_, value string) bool { return value == "" }) // a name without a value, as in the example
	maps.Copy(secrets, given)
	content, err := dotenv.Format(secrets)
	if err != nil {
		return "", fmt.Errorf(".dev.vars: %w", err)
	}
	path := filepath.Join(dir, "secrets.env")
	return path, os.WriteFile(path, content, 0o600)
}
