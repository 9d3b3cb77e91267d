//go:build js && wasm

// Command testworker is a Worker that does on request what a handler may do and what can go wrong, for the tests of package
// workers.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/addreams/addreams/app/platform/workers"
)

func main() {
	if workers.Env("EXIT") != "" {
		os.Exit(4)
	}
	routes := http.NewServeMux()
	routes.HandleFunc("/empty", func(http.ResponseWriter, *http.Request) {})
	routes.HandleFunc("/state", showState)

	for pattern, handler := range map[string]handler{
		"/cookies":      setCookies,
		"/type":         undeclaredType,
		"/stream":       stream,
		"/late":         failLate,
		"/scrypt":       derive,
		"/env":          showEnv,
		"/read":         readBody,
		"/peek":         peekBody,
		"/spool":        spoolBody,
		"/shared":       share,
		"/die/noted":    dieNoted,
		"/sql":          runSQL,
		"/fetch":        callOut,
		"/fetch/stream": passOn,
		"/fetch/post":   send,
		"/put":          put,
		"/put/made":     putMade,
		"/put/fetched":  putFetched,
		"/get":          get,
		"/delete":       remove,
		"/mixed":        mixed,
		"/timer":        wait,
		"/deadline":     deadline,
		"/finish":       finishAnyway,
		"/panic":        func(http.ResponseWriter, *http.Request) error { panic("on request") },
		"/die/panic":    dieOfPanic,
		"/die/timer":    dieOfTimer,
		"/die/exit":     dieOfExit,
		"/die/memory":   dieOfMemory,
		"/die/stack":    dieOfStack,
		"/job":          doJob,
		"/write":        write,
		"/lock":         lockUp,
	} {
		routes.Handle(pattern, handler)
	}
	workers.Serve(workers.Handlers{HTTP: raw{routes}, Scheduled: scheduled, Recover: recoverJob, Panicked: panicked})
}

// handler is a handler whose error is sent to the test. It is also logged, in case nobody receives the response.
type handler func(http.ResponseWriter, *http.Request) error

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h(w, r); err != nil {
		fmt.Fprintf(workers.LogWriter(r.Context()), "%s met: %s", r.URL.Path, named(err))
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s: %v", named(err), err)
	}
}

// raw describes a request with the header X-Raw, before ServeMux can redirect it.
type raw struct{ next http.Handler }

func (h raw) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Raw") == "" {
		h.next.ServeHTTP(w, r)
		return
	}
	writeJSON(w, map[string]any{
		"method": r.Method, "target": r.RequestURI, "path": r.URL.Path, "rawPath": r.URL.RawPath, "query": r.URL.RawQuery,
		"host": r.Host, "tls": r.TLS != nil, "remote": r.RemoteAddr, "length": r.ContentLength, "header": r.Header,
	})
}

func scheduled(ctx context.Context, cron string, at time.Time) error {
	fmt.Fprintf(workers.LogWriter(ctx), "scheduled %s %d", cron, at.UnixMilli())
	if cron == "fail" {
		return errors.New("asked to fail")
	}
	return nil
}

// panicked responds as the host does to a request whose instance has died.
func panicked(w http.ResponseWriter) {
	id := uuid.NewString()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Request-Id", id)
	w.WriteHeader(http.StatusInternalServerError)
	fmt.Fprintf(w, `{"error":{"code":"INTERNAL_SERVER_ERROR","message":"Internal server error."},"requestId":%q}`, id)
}

func writeJSON(w http.ResponseWriter, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}
