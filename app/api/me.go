package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio"
)

// me returns the signed-in user and their profile, which is created on first use.
func (a *App) me(w http.ResponseWriter, r bunrouter.Request) error {
	claim := infoOf(r.Context()).claim
	identity, profile, err := a.store.Profile(r.Context(), claim, a.platform.Now())
	if err != nil {
		return err
	}
	if err := a.proven(r.Context(), identity); err != nil {
		return err
	}
	body := identity.User.AppendJSON([]byte(`{"user":`))
	body = appendProfile(append(body, `,"profile":`...), &profile)
	return sendJSON(w, http.StatusOK, append(body, '}'))
}

// proven notes whose claim a read has proven, and rolls the session on if that is due.
func (a *App) proven(ctx context.Context, identity auth.Identity) error {
	identify(ctx, identity)
	return a.sessions.Sustain(ctx, infoOf(ctx).claim, identity)
}

func appendProfile(to []byte, p *studio.Profile) []byte {
	to = js.AppendString(append(to, `{"userId":`...), p.UserID)
	to = js.AppendString(append(to, `,"accountType":`...), p.AccountType)
	to = strconv.AppendInt(append(to, `,"creditsProductShoots":`...), p.Balance.ProductShoots, 10)
	to = strconv.AppendInt(append(to, `,"creditsAdGraphics":`...), p.Balance.AdGraphics, 10)
	to = js.AppendDate(append(to, `,"createdAt":`...), p.CreatedAt)
	to = js.AppendDate(append(to, `,"updatedAt":`...), p.UpdatedAt)
	return append(to, '}')
}
