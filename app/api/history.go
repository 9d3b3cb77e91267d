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
	find := func(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, studio.Detail, error) {
		return a.store.Generation(ctx, claim, now, r.Param("id"))
	}
	_, detail, err := readOwned(a, r, find)
	if err == nil && detail.LookAt != nil && !a.platform.Now().Before(*detail.LookAt) {
		detail, err = a.lookAgain(r.Context(), detail, find)
	}
	if err != nil {
		return shortNotFound(err)
	}
	if detail.LookAt != nil {
		w.Header()["Retry-After"] = []string{inSeconds(studio.LookPause)}
	}

	body, err := appendDetail(nil, &detail, a.origin(r.Request), a.platform.Now())
	if err != nil {
		return err
	}
	return httpio.SendJSON(w, http.StatusOK, body)
}

// lookAgain moves a running generation on, and reads it again.
func (a *App) lookAgain(ctx context.Context, detail studio.Detail, find ownedRead[studio.Detail]) (studio.Detail, error) {
	if err := a.studio.Look(ctx, detail.ID); err != nil {
		a.log(ctx).Warn().Err(err).Str("generation", detail.ID).Msg("a task could not be looked at")
		return detail, nil
	}
	_, detail, err := find(ctx, infoOf(ctx).claim.Again(), a.platform.Now())
	return detail, err
}

// deleteHistory removes a generation and its objects. It refunds the credit only if a task could be cancelled.
func (a *App) deleteHistory(w http.ResponseWriter, r bunrouter.Request) error {
	id := r.Param("id")
	session := infoOf(r.Context()).identity.Session
	deleted, err := a.store.DeleteGeneration(r.Context(), session, id, a.platform.Now(), studio.TaskEnd{})
	if err == nil && deleted.Running != nil {
		deleted, err = a.store.DeleteGeneration(r.Context(), session, id, a.platform.Now(), a.studio.Stop(r.Context(), *deleted.Running))
	}
	if err != nil {
		return err
	}
	if !deleted.Found {
		return &plainError{status: http.StatusNotFound, text: "History item not found."}
	}
	a.studio.DiscardAll(r.Context(), deleted.ObjectKeys)

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
