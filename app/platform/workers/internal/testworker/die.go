//go:build js && wasm

package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/addreams/addreams/app/platform/workers"
)

func dieOfPanic(_ http.ResponseWriter, r *http.Request) error {
	go panic("in a goroutine")
	<-r.Context().Done()
	return nil
}

// dieOfTimer panics in a timer's goroutine some time later, while the handler waits for nothing else.
func dieOfTimer(_ http.ResponseWriter, r *http.Request) error {
	time.AfterFunc(duration(r, "ms"), func() { panic("by a timer") })
	<-r.Context().Done()
	return nil
}

// deadly is a note whose recovery dies, too, by a timer.
const deadly = "deadly"

// dieNoted dies as dieOfTimer does, and so does the recovery from its note.
func dieNoted(w http.ResponseWriter, r *http.Request) error {
	workers.Notes.Leave(r.Context(), []byte(deadly))
	return dieOfTimer(w, r)
}

func dieOfExit(http.ResponseWriter, *http.Request) error {
	os.Exit(3)
	return nil
}

// kept holds what dieOfMemory allocates.
var kept [][]byte

func dieOfMemory(http.ResponseWriter, *http.Request) error {
	for {
		kept = append(kept, make([]byte, 1<<20))
	}
}

// dieOfStack recurses until the JavaScript engine's stack overflows.
func dieOfStack(w http.ResponseWriter, _ *http.Request) error {
	_, err := fmt.Fprint(w, deeper(1<<30))
	return err
}

// deeper allocates nothing per level: how many levels there are depends on how far the engine has optimized the code, and the
// memory must not be used up before the stack is.
func deeper(levels int) int {
	if levels == 0 {
		return 0
	}
	return deeper(levels-1) + 1
}

// lockUp waits forever.
func lockUp(http.ResponseWriter, *http.Request) error {
	<-make(chan struct{})
	return nil
}
