package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/studio"
)

// listHistory lists what the user has made, newest first.
func (a *App) listHistory(w http.ResponseWriter, r bunrouter.Request) error {
	filter := historyFilter(r.URL.RawQuery)
	_, page, err := readOwned(a, r, func(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, studio.Page, error) {
		return a.store.Generations(ctx, claim, now, filter)
	})
	if err != nil {
		return err
	}
	return httpio.SendJSON(w, http.StatusOK, appendHistory(nil, filter, &page, a.origin(r.Request), a.platform.Now()))
}

// showHistory tells all of one generation.
func (a *App) showHistory(w http.ResponseWriter, r bunrouter.Request) error {
	_, detail, err := readOwned(a, r, func(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, studio.Detail, error) {
		return a.store.Generation(ctx, claim, now, r.Param("id"))
	})
	if err != nil {
		return shortNotFound(err)
	}
	origin := a.origin(r.Request)
	input, output, err := shown(&detail, origin)
	if err != nil {
		return err
	}
	body := appendItem([]byte(`{"item":`), &detail.Generation, origin, a.platform.Now())
	body = append(append(body, `,"input":`...), input...)
	body = append(append(body, `,"output":`...), output...)
	if err := scopeOf(r.Context()).held.grow(2 * int64(len(body))); err != nil { // until a slow client has taken it
		return err
	}
	return httpio.SendJSON(w, http.StatusOK, append(body, "}}"...))
}

// deleteHistory removes a generation and its objects. What was paid stays paid.
func (a *App) deleteHistory(w http.ResponseWriter, r bunrouter.Request) error {
	id := r.Param("id")
	keys, found, err := a.store.DeleteGeneration(r.Context(), scopeOf(r.Context()).identity.Session, id)
	if err != nil {
		return err
	}
	if !found {
		return &plainError{status: http.StatusNotFound, text: "History item not found."}
	}
	a.studio.DiscardAll(r.Context(), keys)
	return writeDeleted(w, id)
}

func writeDeleted(w http.ResponseWriter, id string) error {
	return httpio.WriteJSON(w, http.StatusOK, struct {
		ID      string `json:"id"`
		Deleted bool   `json:"deleted"`
	}{id, true})
}

// shortNotFound gives a NotFound the short form that history answers with.
func shortNotFound(err error) error {
	var known *fault.Error
	if errors.As(err, &known) && known.Code == fault.NotFound {
		return &plainError{status: http.StatusNotFound, text: known.Message}
	}
	return err
}
