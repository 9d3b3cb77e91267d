//go:build js && wasm

// Command instance serves the application's handlers on github.com/syumai/workers, as Go on Workers is usually done: a
// WebAssembly instance for each request. It exists to be measured against.
package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"syscall/js"
	"time"

	"github.com/syumai/workers"
	"github.com/syumai/workers/cloudflare"
	"github.com/syumai/workers/cloudflare/fetch"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
)

func main() {
	workers.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { application().ServeHTTP(w, r) }))
}

// application is made when the request comes: only then are there bindings. There is no second request.
func application() *api.App {
	return api.New(platform.Platform{
		DB:     database{cloudflare.GetBinding(binding.DB)},
		Bucket: objects{},
		HTTP:   fetch.NewClient(fetch.WithBinding(outside())).HTTPClient(fetch.RedirectModeFollow),
		Scrypt: native.Scrypt,
		Spool:  native.NewSpool,
		Now:    time.Now,
		Log:    func(context.Context) io.Writer { return os.Stderr },
		Env:    cloudflare.Getenv,
	})
}

// outside holds the platform's fetch for the library, which calls it as a method of its own proxy of the global object;
// workerd refuses that.
func outside() js.Value {
	object := js.Global().Get("Object").New()
	object.Set("fetch", js.Global().Get("fetch").Call("bind", js.Undefined()))
	return object
}
