package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/platform"
)

// The parameters of better-auth's password hashes.
const (
	scryptN      = 16384
	scryptR      = 16
	scryptP      = 1
	scryptKeyLen = 64 // bytes

	minPassword = 8 // UTF-16 units
	maxPassword = 128
)

// HashPassword returns the stored form of a password: `saltHex:keyHex`. The salt given to scrypt is the hex text itself.
func HashPassword(ctx context.Context, scrypt platform.Scrypt, password string) (string, error) {
	var random [16]byte
	_, _ = rand.Read(random[:])
	salt := hex.EncodeToString(random[:])
	key, err := derive(ctx, scrypt, password, salt)
	if err != nil {
		return "", err
	}
	return salt + ":" + hex.EncodeToString(key), nil
}

// verifyPassword reports whether a password is the one that was stored. It derives a key in every case, so that the time
// it takes does not reveal whether there was anything to compare with. A stored text of another form matches no password.
// A password that is longer than allowed matches nothing: it is not normalized, which would make it eighteen times as long
// at worst.
func verifyPassword(ctx context.Context, scrypt platform.Scrypt, password, stored string) (bool, error) {
	salt, rest, _ := strings.Cut(stored, ":")
	keyHex, _, _ := strings.Cut(rest, ":") // better-auth takes the first two parts of however many
	want, err := hex.DecodeString(keyHex)
	garbled := err != nil || salt == "" || len(want) != scryptKeyLen

	if js.Length(password) > maxPassword {
		password, garbled = "", true
	}
	got, err := derive(ctx, scrypt, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && !garbled, nil
}

func derive(ctx context.Context, scrypt platform.Scrypt, password, salt string) ([]byte, error) {
	return scrypt(ctx, norm.NFKC.Bytes([]byte(password)), []byte(salt), scryptN, scryptR, scryptP, scryptKeyLen)
}

// checkLength refuses a new password that is shorter or longer than allowed.
func checkLength(password string) error {
	switch length := js.Length(password); {
	case length < minPassword:
		return Refuse(http.StatusBadRequest, "Password too short")
	case length > maxPassword:
		return Refuse(http.StatusBadRequest, "Password too long")
	}
	return nil
}
