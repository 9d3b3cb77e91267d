package dbstudio

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
)

// sealer encrypts and authenticates values that the page only sends back: a row's key may be a secret, and its literals become SQL.
type sealer struct{ cipher cipher.AEAD }

func newSealer() sealer {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the key has a length of AES
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has the block size of GCM
	}
	return sealer{aead}
}

func (s sealer) seal(value any) (string, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(s.cipher.Seal(nil, nil, text, nil)), nil
}

// open reads what was sealed by this studio since it started.
func (s sealer) open(sealed string, value any) error {
	text, err := base64.RawURLEncoding.DecodeString(sealed)
	if err == nil {
		text, err = s.cipher.Open(nil, nil, text, nil)
	}
	if err == nil {
		err = json.Unmarshal(text, value)
	}
	if err != nil {
		return badRequest("The row or page is of a studio that has ended. Reload the page.")
	}
	return nil
}
