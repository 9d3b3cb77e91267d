// Package workers runs an http.Handler on Cloudflare Workers and implements the platform there: D1, R2, fetch, scrypt, log
// lines, environment. It knows no route, table or key of the application.
//
// One instance of the program serves all requests of an isolate at once. workerd binds every I/O object to the request
// that made it, so Go never touches one: it posts operations to the mailbox of the request they belong to. The JavaScript
// half (package host) performs them in that request's own I/O context and delivers the answer, which wakes the goroutine
// that waits for it. The context of a request names its mailbox. Any goroutine may use it until the handler returns;
// operations after that fail with ErrEnded.
//
// Bodies stay in JavaScript: a Body is a handle that goes from fetch to R2, or from R2 to the client, without its bytes
// entering Wasm memory, which never shrinks.
//
// workerd tells a Worker only behind a compatibility flag that a client has gone away. Without the flag, a request that has
// begun is finished: the host keeps its I/O context alive until the handler has returned, so that what it writes stays
// consistent. A handler that is still sending a response learns of it by an error of Write. If the platform ends the I/O
// context itself, the request's context is cancelled with cause ErrEnded as soon as another request arrives.
//
// If an instance dies (a panic in a goroutine, os.Exit, out of memory, stack overflow), the host lives on, and so do the I/O
// contexts of the requests in flight. The next instance gets each of those requests again: with the note that Go left for it
// (Notes), to finish or undo what was begun; or from its beginning, if it has only read so far, or is a GET or HEAD that has
// neither deleted anything nor sent anything elsewhere. Handlers of these methods must therefore be safe to run twice. Every
// other request fails with status 500. The request that the instance was working on is named in the log and never repeated:
// an instance of its own takes up its note, and further requests like it are refused with status 503 for some minutes
// (host/suspects.mjs).
//
// No request may wait for another request's goroutine: workerd would consider it hung. So no lock may be held across I/O.
package workers
