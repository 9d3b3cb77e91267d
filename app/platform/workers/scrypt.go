//go:build js && wasm

package workers

import (
	"context"

	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// Scrypt derives a key of keyLen bytes with the scrypt function (RFC 7914) of the host's node:crypto.
func Scrypt(ctx context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error) {
	m, err := mailboxOf(ctx)
	if err != nil {
		return nil, err
	}

	var payload wire.Encoder
	payload.Bytes(password)
	payload.Bytes(salt)
	for _, parameter := range []int{n, r, p, keyLen} {
		payload.Count(parameter)
	}
	key, _, err := m.ask(ctx, kindScrypt, payload.Data(), nil)
	return key, err
}
