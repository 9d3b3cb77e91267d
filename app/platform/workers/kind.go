//go:build js && wasm

package workers

// kind is the kind of an operation. host/kinds.mjs has the same numbers.
type kind = int32

const (
	kindAbort        kind = iota // nobody waits for the operation any more
	kindRespond                  // the response's head, with its body or where that comes from
	kindDone                     // the handler has returned
	kindLog                      // a log line
	kindQuery                    // a D1 batch
	kindObjectGet                // R2
	kindObjectPut                //
	kindObjectDelete             //
	kindFetch                    //
	kindBodyRead                 //
	kindBodyPeek                 //
	kindBodyCancel               //
	kindPipeWrite                // the next bytes of a body that Go writes
	kindPipeEnd                  //
	kindScrypt                   //
	kindNote                     // what the request is doing, in case this instance dies
	kindKept                     // the response that an earlier instance was waiting for
)

// The statuses of answers. Up to statusEnd the bytes are the answer, after it they are a message.
const (
	statusOK       int32 = iota
	statusEnd            // the last bytes of a body
	statusRefused        // by the database, with its message
	statusNotFound       //
	statusTooLarge       //
	statusFailed         // the host's operation failed
	statusEnded          // the mailbox has ended
)

// What exportStart starts.
const (
	startRequest int32 = iota
	startScheduled
	startRecovery
)

// How a body is sent to the host.
const (
	bodyNone byte = iota
	bodyInline
	bodyHandle // a body that the host holds
	bodyPipe   // written piece by piece; its handle and its length, or -1
)
