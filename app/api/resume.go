package api

import (
	"context"
	"net/http"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/provider/qwen"
	"github.com/addreams/addreams/app/studio"
)

type noteKey struct{}

// Recover answers a request whose program has died, after it had left a note of what it was doing: it finishes or undoes that.
// Who may have it was decided before, and is not asked again.
func (a *App) Recover(w http.ResponseWriter, r *http.Request, note []byte) {
	a.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), noteKey{}, note)))
}

// resume takes the requests that Recover was given, and answers them as their handlers would have.
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
	current := scopeOf(r.Context())
	current.id, current.userID = note.RequestID, note.UserID
	settings, err := qwen.Read(a.platform.Env)
	if err != nil {
		return err
	}

	finished, err := a.studio.Resume(r.Context(), note, qwen.New(a.platform.HTTP, settings, a.studio.ImageHosts))
	if err != nil {
		return err
	}
	current.log.Warn().Str("request", current.id).Str("generation", note.GenerationID).Msg("a generation was finished after its program had died")
	return httpio.WriteJSON(w, http.StatusOK, workflowBodyOf(current.id, finished))
}
