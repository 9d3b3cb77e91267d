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

// Handlers is what the Worker does.
type Handlers struct {
	// HTTP answers requests.
	HTTP http.Handler
	// Scheduled runs at the cron trigger, for the time that it was due. An error marks the run as failed.
	Scheduled func(ctx context.Context, cron string, at time.Time) error
	// Recover answers a request whose instance has died at work on it, after it had left a note (Notes) of what it was doing.
	// The request has no body any more. It may be called several times for one request.
	Recover func(w http.ResponseWriter, r *http.Request, note []byte)
}

var handlers Handlers

// Serve hands the program over to the host: it returns never, and the host calls the handlers, each in a goroutine of
// its own. It must be called before anything waits for I/O, for until there is a request there is nobody to perform it.
func Serve(served Handlers) {
	handlers = served
	select {}
}

// job is a request, a scheduled run or a recovery that has to be done.
type job struct {
	mailbox     *mailbox
	kind        int32
	description []byte
}

// idle offers jobs to goroutines that have done one: their stacks have grown to what a request needs.
var idle = make(chan job)

// idleFor is how many goroutines wait for a job at most.
const idleFor = 16

var idling int

// run gives a job to an idle goroutine, or to a new one. It never blocks.
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
		if idling == idleFor {
			return
		}
		idling++
		todo = <-idle
		idling--
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
		panic("workers.Serve was not called with an HTTP handler, or Notes were left without a handler for recoveries")
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

// logPanic tells of a panic in one request. http.ErrAbortHandler is no fault: net/http has it for giving up silently.
func (m *mailbox) logPanic(reason any) {
	if reason != http.ErrAbortHandler {
		m.tell(kindLog, fmt.Appendf(nil, "panic: %v\n%s", reason, debug.Stack()))
	}
}
