//go:build js && wasm

package main

import (
	"net/http"
	"runtime"
	"time"

	"github.com/google/uuid"
)

// instance tells one instance from the next.
var instance = uuid.NewString()

// showState tells of the instance what a leak would change.
func showState(w http.ResponseWriter, _ *http.Request) {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	writeJSON(w, map[string]any{
		"instance": instance, "goroutines": runtime.NumGoroutine(), "memory": memory.Sys, "now": time.Now().UnixMilli(),
	})
}
