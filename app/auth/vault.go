package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// TokenKey encrypts OAuth tokens at rest.
type TokenKey struct {
	ID     string // stored with what the key has encrypted; without colons
	Secret []byte // 32 bytes
}

// vault seals OAuth tokens for the database: `sealed:<id of the key>:<base64url of nonce, AES-256-GCM, tag>`, bound to
// their row and column. The first key seals, all keys open. Without keys, tokens are stored as they are. A token that is
// not sealed, as in older rows, is read as it is.
type vault struct {
	keys []sealingKey
	err  error // why there are no keys, though there should be
}

type sealingKey struct {
	id   string
	aead cipher.AEAD
}

// SealedPrefix begins every sealed token. No provider's token begins so, and none that a client brings may: stored without
// a key, it could not be read again.
const SealedPrefix = "sealed:"

// LooksSealed reports whether a token has the form of a sealed one.
func LooksSealed(token string) bool { return strings.HasPrefix(token, SealedPrefix) }

func newVault(keys []TokenKey, wrong error) vault {
	v := vault{err: wrong}
	for _, key := range keys {
		block, err := aes.NewCipher(key.Secret)
		if err == nil {
			var aead cipher.AEAD
			if aead, err = cipher.NewGCMWithRandomNonce(block); err == nil {
				v.keys = append(v.keys, sealingKey{key.ID, aead})
			}
		}
		v.err = errors.Join(v.err, err)
	}
	return v
}

// seals reports whether there is a key.
func (v vault) seals() bool { return len(v.keys) > 0 }

// seal returns an account's tokens as they are stored.
func (v vault) seal(accountID string, tokens Tokens) (Tokens, error) {
	return v.each(accountID, tokens, v.sealText)
}

// open returns the tokens of an account as the provider gave them.
func (v vault) open(account Account) (Tokens, error) {
	return v.each(account.ID, account.Tokens, v.openText)
}

func (v vault) each(accountID string, tokens Tokens, turn func(text, place string) (string, error)) (Tokens, error) {
	if v.err != nil {
		return Tokens{}, fmt.Errorf("auth: OAuth tokens are neither stored nor read: %w", v.err)
	}

	var failed error
	converted := func(column string, token *string) *string {
		if token == nil || failed != nil {
			return nil
		}
		turned, err := turn(*token, "account."+column+" "+accountID)
		failed = err
		return &turned
	}
	tokens.Access = converted("access_token", tokens.Access)
	tokens.Refresh = converted("refresh_token", tokens.Refresh)
	tokens.ID = converted("id_token", tokens.ID)

	if failed != nil {
		return Tokens{}, failed
	}
	return tokens, nil
}

func (v vault) sealText(text, place string) (string, error) {
	if !v.seals() {
		return text, nil
	}
	key := v.keys[0]
	sealed := key.aead.Seal(nil, nil, []byte(text), []byte(place))
	return SealedPrefix + key.id + ":" + base64.RawURLEncoding.EncodeToString(sealed), nil
}

func (v vault) openText(text, place string) (string, error) {
	rest, sealed := strings.CutPrefix(text, SealedPrefix)
	if !sealed {
		return text, nil
	}

	id, encoded, _ := strings.Cut(rest, ":")
	for _, key := range v.keys {
		if key.id != id {
			continue
		}
		bytes, err := base64.RawURLEncoding.DecodeString(encoded)
		if err != nil {
			return "", fmt.Errorf("auth: %s is not base64url", place)
		}
		opened, err := key.aead.Open(nil, nil, bytes, []byte(place))
		if err != nil {
			return "", fmt.Errorf("auth: %s was not sealed there with key %q", place, id)
		}
		return string(opened), nil
	}
	return "", fmt.Errorf("auth: %s is sealed with key %q, which ACCOUNT_TOKEN_KEYS does not hold", place, id)
}
