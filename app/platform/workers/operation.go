//go:build js && wasm

package workers

import (
	"context"
	"fmt"
	"unsafe"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/platform"
)

// operation is something that a goroutine waits for the host to do.
type operation struct {
	into   []byte // the buffer for the answer; nil to allocate one
	answer []byte
	status int32
	done   chan struct{} // receives one value when the answer has arrived
}

var (
	pending       = map[int32]*operation{}
	lastOperation int32
)

// HostError is the host's failure to perform an operation.
type HostError struct {
	Operation string // such as "fetch"
	Message   string // of the JavaScript error
}

func (e *HostError) Error() string { return fmt.Sprintf("workers: %s: %s", e.Operation, e.Message) }

// ask posts an operation, and waits for its answer or the end of ctx. The buffer into must not be used before ask returns.
func (m *mailbox) ask(ctx context.Context, kind kind, payload, into []byte) (answer []byte, status int32, err error) {
	if err := ctx.Err(); err != nil {
		return nil, statusEnded, err
	}
	if m.done {
		return nil, statusEnded, ErrEnded
	}

	asked := &operation{into: into, done: make(chan struct{}, 1)}
	lastOperation = lastOperation&0x3fffffff + 1
	id := lastOperation
	pending[id] = asked
	post(m.id, id, kind, payload)

	select {
	case <-asked.done:
		return asked.answer, asked.status, asked.failure(kind)
	case <-ctx.Done():
		if _, waiting := pending[id]; waiting {
			delete(pending, id)
			post(m.id, id, kindAbort, nil)
		}
		return nil, statusEnded, ctx.Err()
	}
}

// failure returns the error that the answer reports.
func (o *operation) failure(kind kind) error {
	switch o.status {
	case statusOK, statusEnd:
		return nil
	case statusRefused:
		return &d1.Error{Message: string(o.answer)}
	case statusNotFound:
		return platform.ErrObjectNotFound
	case statusTooLarge:
		return platform.ErrObjectTooLarge
	case statusEnded:
		return ErrEnded
	}
	return &HostError{Operation: nameOf(kind), Message: string(o.answer)}
}

func nameOf(kind kind) string {
	switch kind {
	case kindQuery:
		return "D1"
	case kindObjectGet, kindObjectPut, kindObjectDelete:
		return "R2"
	case kindFetch, kindKept:
		return "fetch"
	case kindBodyRead, kindBodyPeek:
		return "read body"
	case kindPipeWrite:
		return "write body"
	case kindScrypt:
		return "scrypt"
	}
	return "host"
}

func post(mailbox, operation int32, kind kind, payload []byte) {
	hostPost(mailbox, operation, kind, unsafe.SliceData(payload), int32(len(payload)))
}
