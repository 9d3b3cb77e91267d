package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/fault"
)

// requireBucket guards a route that serves an object. Without a bucket it answers without a look-up.
func (a *App) requireBucket(handler bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	if a.platform.Bucket != nil {
		return a.requireSignedCookie(handler)
	}
	return a.requireSignedIn(func(http.ResponseWriter, bunrouter.Request) error {
		return fault.New(fault.BackendMisconfig, "GENERATIONS_BUCKET is not configured.")
	})
}

// showAsset serves a generation's first image.
func (a *App) showAsset(w http.ResponseWriter, r bunrouter.Request) error {
	return a.serveObject(w, r, func(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, string, error) {
		return a.store.AssetKey(ctx, claim, now, r.Param("id"), 0)
	})
}

// showAssetAt serves one of a generation's images, counted from 0.
func (a *App) showAssetAt(w http.ResponseWriter, r bunrouter.Request) error {
	index, err := strconv.ParseUint(r.Param("index"), 10, 16)
	if err != nil {
		return noAsset()
	}
	return a.serveObject(w, r, func(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, string, error) {
		return a.store.AssetKey(ctx, claim, now, r.Param("id"), int(index))
	})
}

// showReference serves the first picture that a generation started from.
func (a *App) showReference(w http.ResponseWriter, r bunrouter.Request) error {
	return a.serveObject(w, r, func(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, string, error) {
		return a.store.ReferenceKey(ctx, claim, now, r.Param("id"), 0)
	})
}

// showReferenceAt serves one of the pictures that a generation started from, counted from 0.
func (a *App) showReferenceAt(w http.ResponseWriter, r bunrouter.Request) error {
	index, err := strconv.ParseUint(r.Param("index"), 10, 16)
	if err != nil {
		return noAsset()
	}
	return a.serveObject(w, r, func(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, string, error) {
		return a.store.ReferenceKey(ctx, claim, now, r.Param("id"), int(index))
	})
}

func noAsset() error {
	return &plainError{status: http.StatusNotFound, text: "History item asset not found."}
}
