package api

import (
	"context"
	"io"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/bucket"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/outbound"
	"github.com/addreams/addreams/app/spool"
	"github.com/addreams/addreams/app/studio"
)

// Platform is what the application needs of the machine it runs on. Package edge offers it on Workers, the command
// `addreams serve` natively, tests with a clock and a provider of their own. The context that a call gets is always the
// one of the request that it serves.
type Platform struct {
	DB     d1.Database
	Bucket bucket.Bucket                     // nil where none is bound
	HTTP   outbound.Caller                   // calls to other servers
	Scrypt auth.Scrypt                       // the host's key derivation
	Spool  func(context.Context) spool.Spool // room for a large value of a request
	Notes  studio.Notes                      // what outlives the program; nil for nothing
	Now    func() time.Time
	Log    func(context.Context) io.Writer // where the request's log lines go, each one Write of one line
	Env    func(name string) string        // a variable or secret by its binding name, "" if there is none
}
