package api

import (
	"context"
	"net/http"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
)

// requireSignedCookie lets signed requests pass. The handler's own read proves the claim, in the same trip to the database.
func (a *App) requireSignedCookie(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		claim, ok := a.auth.Claim(r.Request)
		if !ok {
			return auth.Unauthenticated()
		}
		scopeOf(r.Context()).claim = claim
		return next(w, r)
	}
}

// requireSignedIn lets signed-in users pass; a valid session cache is proof enough.
func (a *App) requireSignedIn(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return a.requireSignedCookie(func(w http.ResponseWriter, r bunrouter.Request) error {
		if cached := scopeOf(r.Context()).claim.Cached; cached != nil {
			identify(r.Context(), *cached)
			return next(w, r)
		}
		return a.prove(next)(w, r)
	})
}

// requireSessionInDB lets users pass whose session stands in the database now, and who ask for it themselves. It guards what
// spends or changes: there a session that was revoked a minute ago must not count, and no page of another may act.
func (a *App) requireSessionInDB(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return a.requireSignedCookie(a.requireOwnPage(a.prove(next)))
}

// requireOrder is requireSessionInDB for what brings an order: where there is no room for a long one, the database isn't asked.
// Once that has told whose the session is, the order counts as the user's, who may have many sessions.
func (a *App) requireOrder(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	owner := a.requireOwnPage(a.prove(func(w http.ResponseWriter, r bunrouter.Request) error {
		current := scopeOf(r.Context())
		if err := current.held.move(current.userID); err != nil {
			return err
		}
		return next(w, r)
	}))
	return a.requireSignedCookie(func(w http.ResponseWriter, r bunrouter.Request) error {
		current := scopeOf(r.Context())
		if err := current.held.begin(&a.intake.orders, current.claim.Token, r.ContentLength); err != nil {
			return err
		}
		return owner(w, r)
	})
}

func (a *App) prove(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		identity, err := a.auth.Prove(r.Context(), scopeOf(r.Context()).claim)
		if err != nil {
			return err
		}
		identify(r.Context(), identity)
		return next(w, r)
	}
}

// identify notes who makes the request, for the handler and for the log.
func identify(ctx context.Context, identity auth.Identity) {
	current := scopeOf(ctx)
	current.identity, current.userID = identity, identity.User.ID
}
