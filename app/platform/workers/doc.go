// Package workers runs an http.Handler on Cloudflare Workers, and gives it the platform: D1, R2, fetch, scrypt, log lines,
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
// When an instance dies (a panic in a goroutine, os.Exit, want of memory, a stack that is used up), the host is still there, and
// so are the I/O contexts of the requests in flight. The next instance gets each of them again: with the note that Go has left of
// it (Notes), to finish or undo what was begun; or from its beginning, if it has only read so far, or is a GET or HEAD that has
// neither deleted anything nor sent anything elsewhere. The handlers of these methods must bear being run twice. What is left
// fails with 500. The request that the instance was at work on is named in the log and never repeated, its note is
// taken up by an instance of its own, and another request like it is refused with 503 for some minutes (host/suspects.mjs).
//
// No request may wait for another's goroutine: workerd would call it hung. So nothing may hold a lock across I/O.
package workers
