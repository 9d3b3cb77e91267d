// Package platform declares what the application needs from the machine it runs on, as interfaces and shapes. Package
// native implements them for a native program, package workers for Cloudflare Workers. It knows no route, table or key.
package platform

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/addreams/addreams/app/d1"
)

// Platform is the machine that the application runs on. The context that a function gets is always that of the request it
// works for.
type Platform struct {
	DB     d1.Database
	Bucket Bucket // nil where none is bound
	HTTP   HTTPClient
	Scrypt Scrypt
	Spool  func(context.Context) Spool // opens a spool for a large value of the request
	Notes  Notes                       // nil where notes are not kept
	Now    func() time.Time
	Log    func(context.Context) io.Writer // returns where the request's log lines go, one Write per line
	Env    func(name string) string        // returns a variable or secret by its binding name, or ""
}

// Scrypt derives a key of keyLen bytes with the scrypt function (RFC 7914).
type Scrypt func(ctx context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error)

// Notes keeps what a request is doing outside the program, so that a new instance can go on if this one dies.
type Notes interface {
	// Leave replaces the request's note; an empty one removes it. When the request ends, its note ends with it.
	Leave(ctx context.Context, note []byte)
	// Answer waits for the response to the call that an earlier instance made with KeepAnswer. It fails with ErrNoAnswer if
	// there was no such call.
	Answer(ctx context.Context) (*http.Response, error)
}
