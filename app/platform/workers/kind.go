//go:build js && wasm

package workers

// kind says what an operation is. host/operations.mjs has the same numbers.
type kind = int32

const (
	kindAbort        kind = iota // the operation of this number is not waited for any more
	kindRespond                  // the response's head, with its body or where that comes from
	kindWrite                    // the next bytes of a response that is streamed
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
	kindPipeWrite                // the next bytes of a body that Go makes
	kindPipeEnd                  //
	kindScrypt                   //
	kindNote                     // what the request is doing, in case this instance dies
	kindKept                     // the answer that an instance before this one has waited for
)

// The answers' statuses. Up to statusEnd the bytes are the answer, beyond it they are a message.
const (
	statusOK       int32 = iota
	statusEnd            // bytes of a body, and no more will come
	statusRefused        // by the database, in its words
	statusNotFound       //
	statusTooLarge       //
	statusFailed         // the host's operation failed
	statusEnded          // the mailbox has ended
)

// What exportStart begins.
const (
	startRequest int32 = iota
	startScheduled
	startRecovery
)

// How a response's body comes.
const (
	bodyNone byte = iota
	bodyInline
	bodyHandle // a body that the host holds
	bodyPipe   // written piece by piece; its id and its length, or -1
)
