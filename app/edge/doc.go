// Package edge runs an http.Handler on Cloudflare Workers, and gives it the platform: D1, R2, fetch, scrypt, log lines,
// environment. It knows no route, table or key of the application.
//
// One instance of the program serves all requests of an isolate at once. workerd binds every I/O object to the request
// that made it, so Go never touches one: it posts operations to the mailbox of the request that they belong to, and
// the JavaScript half (package host) performs them in that request's own I/O context and delivers the answer, which
// wakes the goroutine that waits for it. The context of a request names its mailbox. Any goroutine may use it until
// the handler returns; what is asked of the host after that fails with ErrEnded.
//
// Bodies stay in JavaScript: a Body is a handle, and goes from fetch to R2, or from R2 to the client, without its bytes
// entering Wasm memory, which never shrinks.
//
// workerd tells a Worker of a client that has gone away only behind a compatibility flag. Without it, a request that has
// begun is finished: the host keeps its I/O context alive until the handler has returned, so that what it writes stays
// consistent. A response that is still being sent tells the handler by an error of Write. If the platform ends the I/O
// context itself, the request's context is cancelled, with cause ErrEnded, as soon as another request comes.
//
// No request may wait for another's goroutine: workerd would call it hung. So nothing may hold a lock across I/O.
package edge
