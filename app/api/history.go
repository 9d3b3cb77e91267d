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

// listHistory lists the user's generations, newest first.
func (a *App) listHistory(w http.ResponseWriter, r bunrouter.Request) error {
	filter, err := historyFilter(r.URL.RawQuery)
	if err != nil {
		return err
	}
	_, page, err := readOwned(a, r, func(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, studio.Page, error) {
		return a.store.Generations(ctx, claim, now, filter)
	})
	if err != nil {
		return err
	}
	return httpio.SendJSON(w, http.StatusOK, appendHistory(nil, filter, &page, a.origin(r.Request), a.platform.Now()))
}

// showHistory returns everything that is kept of one generation.
func (a *App) showHistory(w http.ResponseWriter, r bunrouter.Request) error {
	_, detail, err := readOwned(a, r, func(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, studio.Detail, error) {
		return a.store.Generation(ctx, claim, now, r.Param("id"))
	})
	if err != nil {
		return shortNotFound(err)
	}

	body, err := appendDetail(nil, &detail, a.origin(r.Request), a.platform.Now())
	if err != nil {
		return err
	}
	if err := infoOf(r.Context()).held.grow(2 * int64(len(body))); err != nil { // until a slow client has read it
		return err
	}
	return httpio.SendJSON(w, http.StatusOK, body)
}

// deleteHistory removes a generation and its objects. It does not refund the credit.
func (a *App) deleteHistory(w http.ResponseWriter, r bunrouter.Request) error {
	id := r.Param("id")
	keys, found, err := a.store.DeleteGeneration(r.Context(), infoOf(r.Context()).identity.Session, id)
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

// shortNotFound converts a NotFound to the short form that history answers with.
func shortNotFound(err error) error {
	var known *fault.Error
	if errors.As(err, &known) && known.Code == fault.NotFound {
		return &plainError{status: http.StatusNotFound, text: known.Message}
	}
	return err
}
