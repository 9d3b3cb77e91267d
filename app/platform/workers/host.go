//go:build js && wasm

package workers

import (
	"runtime"
	"unsafe"
)

// What the host offers (host/instance.mjs). Each call copies its arguments before it returns.

// hostPost puts an operation into a mailbox. Operation 0 asks for no answer.
//
//go:wasmimport workers post
//go:noescape
func hostPost(mailbox, operation int32, kind kind, payload *byte, length int32)

// hostEnv copies as much of a variable's value to buffer as fits, and returns the value's length in bytes, or -1 if there
// is no such variable.
//
//go:wasmimport workers env
//go:noescape
func hostEnv(name *byte, nameLength int32, buffer *byte, room int32) int32

// hostBound reports, as 0 or 1, whether the environment has a binding of this name that is not text.
//
//go:wasmimport workers bound
//go:noescape
func hostBound(name *byte, length int32) int32

// hostSpoolWrite appends to a spool, and creates it if it does not exist.
//
//go:wasmimport workers spool_write
//go:noescape
func hostSpoolWrite(spool int32, data *byte, length int32)

// hostSpoolRead copies bytes of a spool from the offset on, and returns their number.
//
//go:wasmimport workers spool_read
//go:noescape
func hostSpoolRead(spool int32, offset float64, buffer *byte, room int32) int32

//go:wasmimport workers spool_free
func hostSpoolFree(spool int32)

// What the host calls. None of these may block: they record what happened, and the host resumes the scheduler afterwards.

// exportReserve returns the address for an answer of length bytes, or 0 if nobody waits for it any more. Operation 0 is a
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

// exportDeliver is called when the answer has been written to its address.
//
//go:wasmexport deliver
func exportDeliver(operation, status int32) {
	if waiting := pending[operation]; waiting != nil {
		delete(pending, operation)
		waiting.status = status
		waiting.done <- struct{}{}
	}
}

// exportStart starts a request whose description is in the inbox.
//
//go:wasmexport start
func exportStart(id, kind int32) {
	started := newMailbox(id)
	description := inbox
	inbox = nil
	run(job{mailbox: started, kind: kind, description: description})
}

// exportEnd is called when the host performs nothing more for this mailbox.
//
//go:wasmexport end
func exportEnd(id int32) {
	if ended := mailboxes[id]; ended != nil {
		ended.cancel(ErrEnded)
	}
}

// exportGoroutines returns the number of goroutines, for tests and measurements: if it grows, there is a leak.
//
//go:wasmexport goroutines
func exportGoroutines() int32 { return int32(runtime.NumGoroutine()) }

// inbox is the buffer to which the host writes the description of a new request.
var inbox []byte

// noBytes gives empty slices an address other than 0: an address of 0 tells the host that nobody is waiting.
var noBytes [1]byte

func address(buffer []byte) uint32 {
	if len(buffer) == 0 {
		return uint32(uintptr(unsafe.Pointer(&noBytes)))
	}
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(buffer))))
}
