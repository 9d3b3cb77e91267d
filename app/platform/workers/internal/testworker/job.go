//go:build js && wasm

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/workers"
)

// doJob does what a purchase does: it leaves a note, writes a row, calls a provider, and writes its answer.
func doJob(w http.ResponseWriter, r *http.Request) error {
	id, ctx := r.FormValue("id"), r.Context()
	workers.Notes.Leave(ctx, []byte(id))
	if _, err := query(ctx, "INSERT INTO job (id, state) VALUES (?, 'pending')", id); err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.FormValue("url"), nil)
	if err != nil {
		return err
	}

	response, err := workers.Client().Do(platform.KeepAnswer(request, 1<<20))
	if err != nil {
		return err
	}
	return finishJob(w, r, id, response)
}

func finishJob(w http.ResponseWriter, r *http.Request, id string, response *http.Response) error {
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	switch string(text) {
	case "poison":
		time.Sleep(50 * time.Millisecond) // so that other requests have arrived
		return dieOfPanic(w, r)
	case "lock":
		return lockUp(w, r)
	}

	if err := endJob(r.Context(), id, "done: "+string(text)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "done: %s", text)
	return err
}

// recoverJob finishes or undoes a job whose instance has died.
func recoverJob(w http.ResponseWriter, r *http.Request, note []byte) {
	handler(func(w http.ResponseWriter, r *http.Request) error {
		if string(note) == deadly {
			return dieOfTimer(w, r)
		}
		response, err := workers.Notes.Answer(r.Context())
		if errors.Is(err, platform.ErrNoAnswer) {
			w.WriteHeader(http.StatusBadGateway)
			return endJob(r.Context(), string(note), "undone")
		}
		if err != nil {
			return err
		}
		return finishJob(w, r, string(note), response)
	}).ServeHTTP(w, r)
}

// endJob ends a job, and counts the attempts.
func endJob(ctx context.Context, id, state string) error {
	_, err := query(ctx, "UPDATE job SET state = ?, ends = ends + 1 WHERE id = ? AND state = 'pending'", state, id)
	return err
}

// write writes a row and sends a request, without a note.
func write(w http.ResponseWriter, r *http.Request) error {
	if _, err := query(r.Context(), "INSERT INTO note (text) VALUES (?)", r.FormValue("note")); err != nil {
		return err
	}
	return callOut(w, r)
}
