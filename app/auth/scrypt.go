package auth

import "context"

// Scrypt derives a key of keyLen bytes with the scrypt function (RFC 7914). It is the host's: node:crypto on Workers,
// where Go's own takes three times as long, golang.org/x/crypto natively.
type Scrypt func(ctx context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error)
