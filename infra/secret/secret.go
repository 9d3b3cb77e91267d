// Package secret makes secrets in the forms that the program asks for, and keeps them in files. It knows no setting.
package secret

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Key returns a random key of 43 characters.
func Key() string {
	return strings.TrimRight(base64.StdEncoding.EncodeToString(random()), "=")
}

// TokenKeys returns a list of one random key of OAuth tokens, as binding.ParseKeys reads it.
func TokenKeys() string {
	return "k1:" + base64.StdEncoding.EncodeToString(random())
}

func random() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return key
}

// Kept returns the secret in a file that only its owner may read. The first call makes it.
func Kept(path string, generate func() string) (string, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		content, err := os.ReadFile(path)
		return strings.TrimSpace(string(content)), err
	}
	if err != nil {
		return "", err
	}

	made := generate()
	_, err = fmt.Fprint(file, made)
	return made, errors.Join(err, file.Close())
}
