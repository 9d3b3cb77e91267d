package api

import (
	"context"
	"net/http"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/fault"
)

// byKey lets API keys with a scope call a route as well. Every other route refuses them. It stands around the guard.
func byKey(scope auth.Scope, guarded bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		infoOf(r.Context()).scope = scope
		return guarded(w, r)
	}
}

// requireSignedCookie lets requests with a signed cookie or an API key pass. The handler proves the claim with readOwned.
func (a *App) requireSignedCookie(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		claim, err := a.claim(r.Request)
		if err != nil {
			return err
		}
		infoOf(r.Context()).claim = claim
		return next(w, r)
	}
}

// claim reads who the sender of a request says to be. An API key that is sent counts, and then cookies do not.
func (a *App) claim(r *http.Request) (auth.Claim, error) {
	if auth.NamesKeyInQuery(r.URL.RawQuery) {
		return auth.Claim{}, errKeyInURL()
	}
	if key, sent := auth.SentKey(r.Header); sent {
		return a.auth.ClaimKey(r, key, infoOf(r.Context()).scope)
	}
	claim, ok := a.auth.Claim(r)
	if !ok {
		return auth.Claim{}, auth.Unauthenticated()
	}
	return claim, nil
}

// refuseKeysInURL answers 400 for a URL with one of our API keys.
func refuseKeysInURL(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		if auth.KeyInQuery(r.URL.RawQuery) {
			return errKeyInURL()
		}
		return next(w, r)
	}
}

func errKeyInURL() error {
	return fault.New(fault.APIKeyInURL, "Send the API key in the header x-api-key, not in the URL, and delete this one: URLs are kept in logs.")
}

// requireSignedIn lets signed-in users pass; a valid session cache is proof enough.
func (a *App) requireSignedIn(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return a.requireSignedCookie(func(w http.ResponseWriter, r bunrouter.Request) error {
		if cached := infoOf(r.Context()).claim.Cached; cached != nil {
			identify(r.Context(), *cached)
			return next(w, r)
		}
		return a.prove(next)(w, r)
	})
}

// requireSessionInDB lets users pass whose session is in the database now, unless a page of another site sends the request.
// It guards what spends or changes: a session that was revoked a minute ago must not count there.
func (a *App) requireSessionInDB(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return a.requireSignedCookie(a.requireOwnPage(a.prove(next)))
}

// requireOrder is requireSessionInDB for requests with an order. If there is no room for a long one, the database is not
// asked. Once the user is known, the order counts as the user's, who may have many sessions.
func (a *App) requireOrder(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	owner := a.requireOwnPage(a.prove(func(w http.ResponseWriter, r bunrouter.Request) error {
		current := infoOf(r.Context())
		if err := current.held.move(current.userID); err != nil {
			return err
		}
		return next(w, r)
	}))
	return a.requireSignedCookie(func(w http.ResponseWriter, r bunrouter.Request) error {
		current := infoOf(r.Context())
		if err := current.held.begin(&a.intake.orders, current.claim.Credential(), r.ContentLength); err != nil {
			return err
		}
		return owner(w, r)
	})
}

// prove lets users pass whose session is in the database now.
func (a *App) prove(next bunrouter.HandlerFunc) bunrouter.HandlerFunc {
	return func(w http.ResponseWriter, r bunrouter.Request) error {
		identity, err := a.auth.Prove(r.Context(), infoOf(r.Context()).claim)
		if err != nil {
			return err
		}
		identify(r.Context(), identity)
		return next(w, r)
	}
}

// identify records the sender of the request, for the handler and for the log.
func identify(ctx context.Context, identity auth.Identity) {
	current := infoOf(ctx)
	current.identity, current.userID = identity, identity.User.ID
}
