//go:build js && wasm

package main

import (
	"net/http"
	"runtime"
	"time"

	"github.com/google/uuid"
)

// instance identifies this instance.
var instance = uuid.NewString()

// showState describes the instance by what a leak would change.
func showState(w http.ResponseWriter, _ *http.Request) {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	writeJSON(w, map[string]any{
		"instance": instance, "goroutines": runtime.NumGoroutine(), "memory": memory.Sys, "now": time.Now().UnixMilli(),
	})
}
