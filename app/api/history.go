package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/studio"
)

// listHistory lists what the user has made, newest first.
func (a *App) listHistory(w http.ResponseWriter, r bunrouter.Request) error {
	filter := historyFilter(r.URL.RawQuery)
	identity, page, err := a.store.Generations(r.Context(), scopeOf(r.Context()).claim, a.platform.Now(), filter)
	if err != nil {
		return err
	}
	if err := a.proven(r.Context(), identity); err != nil {
		return err
	}
	body := historyBody{Items: make([]historyItem, len(page.Generations)), Pagination: paginate(filter, page)}
	origin, now := a.origin(r.Request), a.platform.Now()
	for i := range page.Generations {
		body.Items[i] = historyItemOf(&page.Generations[i], origin, now)
	}
	return writeJSON(w, http.StatusOK, body)
}

// showHistory tells all of one generation.
func (a *App) showHistory(w http.ResponseWriter, r bunrouter.Request) error {
	identity, detail, err := a.store.Generation(r.Context(), scopeOf(r.Context()).claim, a.platform.Now(), r.Param("id"))
	if err != nil {
		return shortNotFound(err)
	}
	if err := a.proven(r.Context(), identity); err != nil {
		return err
	}
	item, err := historyDetailOf(&detail, a.origin(r.Request), a.platform.Now())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]historyDetail{"item": item})
}

// deleteHistory removes a generation and its objects. What was paid stays paid.
func (a *App) deleteHistory(w http.ResponseWriter, r bunrouter.Request) error {
	id := r.Param("id")
	keys, found, err := a.store.DeleteGeneration(r.Context(), scopeOf(r.Context()).userID, id)
	if err != nil {
		return err
	}
	if !found {
		return &plainError{status: http.StatusNotFound, text: "History item not found."}
	}
	a.studio.Discard(r.Context(), keys)
	return writeJSON(w, http.StatusOK, struct {
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

type historyBody struct {
	Items      []historyItem `json:"items"`
	Pagination pagination    `json:"pagination"`
}

type historyItem struct {
	ID                string          `json:"id"`
	Workflow          studio.Workflow `json:"workflow"`
	Status            studio.Status   `json:"status"`
	CreatedAt         string          `json:"createdAt"`
	UpdatedAt         string          `json:"updatedAt"`
	ProviderModel     *string         `json:"providerModel"`
	ProviderRequestID *string         `json:"providerRequestId"`
	ErrorCode         *string         `json:"errorCode"`
	ErrorMessage      *string         `json:"errorMessage"`
	R2Key             *string         `json:"r2Key"`
	AssetURL          *string         `json:"assetUrl"`
}

func historyItemOf(generation *studio.Generation, origin string, now time.Time) historyItem {
	item := historyItem{
		ID: generation.ID, Workflow: generation.Workflow, Status: generation.Status,
		CreatedAt: iso(generation.CreatedAt), UpdatedAt: iso(generation.UpdatedAt),
		ProviderModel: generation.ProviderModel, ProviderRequestID: generation.ProviderRequestID,
		ErrorCode: generation.ErrorCode, ErrorMessage: generation.ErrorMessage,
		R2Key: generation.Key, AssetURL: generation.Live(now),
	}
	if generation.Key != nil {
		url := origin + studio.AssetPath(generation.ID)
		item.AssetURL = &url
	}
	return item
}
