//go:build js && wasm

package workers

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// Handlers are the Worker's handlers.
type Handlers struct {
	// HTTP handles requests.
	HTTP http.Handler
	// Scheduled runs at the cron trigger, with the time for which it was scheduled. An error marks the run as failed.
	Scheduled func(ctx context.Context, cron string, at time.Time) error
	// Recover handles a request whose instance has died, after it had left a note (Notes) of what it was doing. The request no
	// longer has a body. Recover may be called several times for one request.
	Recover func(w http.ResponseWriter, r *http.Request, note []byte)
	// Panicked responds to a request whose handler has panicked before it sent anything. It must not panic. The default is
	// status 500 without a body.
	Panicked func(w http.ResponseWriter)
}

var handlers Handlers

// Serve registers the handlers and never returns; the host calls each in a goroutine of its own. Do no I/O before Serve:
// without a request there is no I/O context to do it in.
func Serve(served Handlers) {
	handlers = served
	select {}
}

// job is a request, a scheduled run or a recovery to be handled.
type job struct {
	mailbox     *mailbox
	kind        int32
	description []byte
}

// idle passes jobs to goroutines that have finished one: their stacks have grown to what a request needs.
var idle = make(chan job)

// maxIdle is the number of goroutines that wait for a job at most.
const maxIdle = 16

// idleCount is the number of goroutines that wait for a job.
var idleCount int

// run passes a job to an idle goroutine, or to a new one. It never blocks.
func run(todo job) {
	select {
	case idle <- todo:
	default:
		go work(todo)
	}
}

func work(todo job) {
	for {
		todo.do()
		if idleCount == maxIdle {
			return
		}
		idleCount++
		todo = <-idle
		idleCount--
	}
}

func (j job) do() {
	if j.kind == startScheduled {
		j.mailbox.close(j.mailbox.runSchedule(wire.NewDecoder(j.description)))
		return
	}
	writer := &response{mailbox: j.mailbox}
	j.mailbox.serve(writer, wire.NewDecoder(j.description), j.kind == startRecovery)
	writer.finish()
}

func (m *mailbox) serve(writer *response, description *wire.Decoder, recovery bool) {
	defer func() {
		if reason := recover(); reason != nil {
			m.logPanic(reason)
			writer.fail()
		}
	}()
	if handlers.HTTP == nil || recovery && handlers.Recover == nil {
		panic("workers.Serve was called without Handlers.HTTP, or without Handlers.Recover by a program that leaves notes")
	}

	request, body := readRequest(m, description)
	writer.received = body
	if recovery {
		handlers.Recover(writer, request, description.Bytes())
		return
	}
	handlers.HTTP.ServeHTTP(writer, request)
}

func (m *mailbox) runSchedule(description *wire.Decoder) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			m.logPanic(reason)
			err = fmt.Errorf("panic: %v", reason)
		}
	}()
	cron, at := description.Text(), description.Number()
	if handlers.Scheduled == nil {
		return nil
	}
	return handlers.Scheduled(m.ctx, cron, time.UnixMilli(int64(at)))
}

// logPanic logs a panic of one request. http.ErrAbortHandler is not logged: in net/http it aborts a handler silently.
func (m *mailbox) logPanic(reason any) {
	if reason != http.ErrAbortHandler {
		m.tell(kindLog, fmt.Appendf(nil, "panic: %v\n%s", reason, debug.Stack()))
	}
}
