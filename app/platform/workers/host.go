//go:build js && wasm

package workers

import (
	"runtime"
	"unsafe"
)

// What the host offers (host/instance.mjs). Each call copies what it is given before it returns.

// hostPost puts an operation into a mailbox. Operation 0 asks for no answer.
//
//go:wasmimport workers post
//go:noescape
func hostPost(mailbox, operation int32, kind kind, payload *byte, length int32)

// hostEnv copies a variable's value to buffer, as far as it has room, and returns the value's length in bytes, or -1 if
// there is no such variable.
//
//go:wasmimport workers env
//go:noescape
func hostEnv(name *byte, nameLength int32, buffer *byte, room int32) int32

// hostBound tells whether the environment has a binding that is not text.
//
//go:wasmimport workers bound
//go:noescape
func hostBound(name *byte, length int32) int32

// hostSpoolWrite appends to a spool, and makes it if it is not there.
//
//go:wasmimport workers spool_write
//go:noescape
func hostSpoolWrite(spool int32, data *byte, length int32)

// hostSpoolRead copies bytes of a spool, from the offset on, and returns how many.
//
//go:wasmimport workers spool_read
//go:noescape
func hostSpoolRead(spool int32, offset float64, buffer *byte, room int32) int32

//go:wasmimport workers spool_free
func hostSpoolFree(spool int32)

// What the host calls. None of these may block: they note what came, and the host resumes the scheduler afterwards.

// exportReserve returns the place for an answer of length bytes, or 0 if nobody waits for it any more. Operation 0 is a
// new request.
//
//go:wasmexport reserve
func exportReserve(operation, length, status int32) uint32 {
	if operation == 0 {
		inbox = make([]byte, length)
		return address(inbox)
	}
	waiting := pending[operation]
	if waiting == nil {
		return 0
	}
	if waiting.into == nil || status > statusEnd {
		waiting.answer = make([]byte, length)
	} else {
		waiting.answer = waiting.into[:length]
	}
	return address(waiting.answer)
}

// exportDeliver says that the answer is in its place.
//
//go:wasmexport deliver
func exportDeliver(operation, status int32) {
	if waiting := pending[operation]; waiting != nil {
		delete(pending, operation)
		waiting.status = status
		waiting.done <- struct{}{}
	}
}

// exportStart begins a request whose description is in the inbox.
//
//go:wasmexport start
func exportStart(id, kind int32) {
	started := newMailbox(id)
	description := inbox
	inbox = nil
	run(job{mailbox: started, kind: kind, description: description})
}

// exportEnd says that the host performs nothing more for this mailbox.
//
//go:wasmexport end
func exportEnd(id int32) {
	if ended := mailboxes[id]; ended != nil {
		ended.cancel(ErrEnded)
	}
}

// exportGoroutines tells how many goroutines there are, for tests and measurements: what grows is a leak.
//
//go:wasmexport goroutines
func exportGoroutines() int32 { return int32(runtime.NumGoroutine()) }

// inbox is where the host puts the description of a new request.
var inbox []byte

// nowhere is pointed to where there are no bytes: the host compares addresses with 0.
var nowhere [1]byte

func address(place []byte) uint32 {
	if len(place) == 0 {
		return uint32(uintptr(unsafe.Pointer(&nowhere)))
	}
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(place))))
}
