// Package native is the platform of a native program: a database given by the caller, objects in a directory, net/http, and
// spools in memory. It knows no route, table or key.
package native

import (
	"context"
	"io"
	"time"

	"golang.org/x/crypto/scrypt"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/platform"
)

// Platform returns a platform on the database, with the system's clock and network. It has no bucket and no variables, and
// writes its log lines to log.
func Platform(db d1.Database, log io.Writer) platform.Platform {
	return platform.Platform{
		DB:     db,
		HTTP:   HTTPClient(nil),
		Scrypt: Scrypt,
		Spool:  NewSpool,
		Now:    time.Now,
		Log:    func(context.Context) io.Writer { return log },
		Env:    func(string) string { return "" },
	}
}

// Scrypt derives a key of keyLen bytes with golang.org/x/crypto.
func Scrypt(_ context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error) {
	return scrypt.Key(password, salt, n, r, p, keyLen)
}

// NewSpool returns an empty spool in memory.
func NewSpool(context.Context) platform.Spool { return &MemorySpool{} }
