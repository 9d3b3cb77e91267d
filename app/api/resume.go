package api

import (
	"context"
	"net/http"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/studio"
)

type noteKey struct{}

// Recover answers a request whose program died after it had left a note: it finishes or undoes what the note describes. The
// request was authorized before, and is not checked again.
func (a *App) Recover(w http.ResponseWriter, r *http.Request, note []byte) {
	a.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), noteKey{}, note)))
}

// resume intercepts the requests of Recover, and answers them as their handlers would have.
func (a *App) resume(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		text, left := r.Context().Value(noteKey{}).([]byte)
		if !left {
			return next(w, r)
		}
		note, err := studio.ReadNote(text)
		if err != nil {
			return err
		}

		if note.Discard != nil {
			a.studio.Discard(r.Context(), note.Discard)
			return writeDeleted(w, r.Param("id"))
		}
		return a.resumeGeneration(w, r, note)
	}
}

func (a *App) resumeGeneration(w http.ResponseWriter, r bunrouter.Request, note studio.Note) error {
	current := infoOf(r.Context())
	current.id, current.userID = note.RequestID, note.UserID
	w.Header()[requestIDHeader] = []string{current.id}

	a.noteOrigin(r)

	result, err := a.studio.Resume(r.Context(), note)
	if err != nil {
		return err
	}
	current.log.Warn().Str("request", current.id).Str("generation", note.GenerationID).Msg("a generation was finished after its program had died")
	return a.sendResult(r.Context(), w, result)
}
