package api

import (
	"net/http"
	"strconv"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio"
)

// me tells the signed-in user and what they have. The profile is made on first use.
func (a *App) me(w http.ResponseWriter, r bunrouter.Request) error {
	identity, profile, err := readOwned(a, r, a.store.Profile)
	if err != nil {
		return err
	}

	body := identity.User.AppendJSON([]byte(`{"user":`))
	body = appendProfile(append(body, `,"profile":`...), &profile)
	return httpio.SendJSON(w, http.StatusOK, append(body, '}'))
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
