package main

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// previewKey is the variable with the key that all secrets of pull requests' stacks are derived from. Only the environment
// preview-stack has it.
const previewKey = "PREVIEW_KEY"

// minKey is the shortest key that is accepted, in characters.
const minKey = 32

func passphraseCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "passphrase STACK",
		Short: "Set PULUMI_CONFIG_PASSPHRASE for the steps that follow, to a passphrase that only one pull request's stack has",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkPreviewStack(args[0]); err != nil {
				return err
			}
			key, file := os.Getenv(previewKey), os.Getenv("GITHUB_ENV")
			if len(key) < minKey || file == "" {
				return fmt.Errorf("set %s, %d characters or more (openssl rand -base64 32), and GITHUB_ENV, as GitHub does", previewKey, minKey)
			}
			passphrase := derive(key, args[0], "state")
			fmt.Fprintf(c.OutOrStdout(), "::add-mask::%s\n", passphrase)
			return appendLine(file, "PULUMI_CONFIG_PASSPHRASE="+passphrase)
		},
	}
}

func appendLine(path, line string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.WriteString(file, line+"\n")
	return errors.Join(err, file.Close())
}

// derive returns a stack's secret for a purpose, 43 characters, derived from a key. It reveals neither the key nor another
// stack's secret. Without a key it is random.
func derive(key, name, purpose string) string {
	if key == "" {
		key = rand.Text() + rand.Text()
	}
	secret, err := hkdf.Key(sha256.New, []byte(key), nil, "addreams "+purpose+" of "+name, sha256.Size)
	if err != nil {
		panic(err) // only if the length is too large
	}
	return base64.RawURLEncoding.EncodeToString(secret)
}
