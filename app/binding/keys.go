package binding

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Key is one of the keys of AccountTokenKeys.
type Key struct {
	ID     string // 1 to 16 of a-z, A-Z, 0-9, - and _; is stored with what the key has encrypted
	Secret []byte // 32 bytes
}

const keyLength int = 32

// ParseKeys reads the value of AccountTokenKeys: `id:key` pairs with commas between them, the keys 32 bytes in base64. The
// first encrypts, all decrypt. An empty text has none. The error has no key in it.
func ParseKeys(list string) ([]Key, error) {
	if strings.TrimSpace(list) == "" {
		return nil, nil
	}

	var keys []Key
	for pair := range strings.SplitSeq(list, ",") {
		id, text, found := strings.Cut(strings.TrimSpace(pair), ":")
		if !found || !keyID(id) {
			return nil, errors.New("is not a list of id:key pairs, the ids 1 to 16 of a-z, A-Z, 0-9, - and _")
		}
		secret, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(secret) != keyLength {
			return nil, fmt.Errorf("has a key %q that is not 32 bytes in base64", id)
		}
		for _, other := range keys {
			if other.ID == id {
				return nil, fmt.Errorf("has two keys %q", id)
			}
		}
		keys = append(keys, Key{id, secret})
	}

	return keys, nil
}

func keyID(id string) bool {
	foreign := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	}
	return id != "" && len(id) <= 16 && !strings.ContainsFunc(id, foreign)
}
