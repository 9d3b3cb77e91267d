// Package platform declares what the application needs from its environment, as interfaces and types. Package native
// implements them for a native program, package workers for Cloudflare Workers. It knows no route, table or key.
package platform

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/addreams/addreams/app/d1"
)

// Platform is what the application runs on. The context that a function receives is always that of the request it works
// for.
type Platform struct {
	DB     d1.Database
	Bucket Bucket // nil if none is bound
	HTTP   HTTPClient
	Scrypt Scrypt
	Spool  func(context.Context) Spool // opens a spool for a large value of the request
	Notes  Notes                       // nil if the platform keeps no notes
	Now    func() time.Time
	Sleep  func(context.Context, time.Duration) error // pauses a request; nil for the clock's
	Log    func(context.Context) io.Writer            // returns the writer of the request's log lines, one per Write
	Env    func(name string) string                   // returns a variable or secret by its binding name, or ""
}

// MaxTarget is the longest path and query of a request, in bytes: Cloudflare passes on no longer ones.
const MaxTarget = 16 << 10

// Scrypt derives a key of keyLen bytes with the scrypt function (RFC 7914).
type Scrypt func(ctx context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error)

// Notes keep track of what requests are doing, outside the program: if this instance dies, a new one can finish them.
type Notes interface {
	// Leave replaces the request's note; an empty one removes it. The note is removed when the request ends.
	Leave(ctx context.Context, note []byte)
	// Answer waits for the response to the request that an earlier instance sent with KeepAnswer; ErrNoAnswer if it sent none.
	Answer(ctx context.Context) (*http.Response, error)
}
