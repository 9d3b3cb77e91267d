package api

import (
	"context"
	"net/http"
	"time"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio"
)

type creditsBody struct {
	AccountType string       `json:"accountType"`
	Balance     balanceBody  `json:"balance"`
	Lifetime    lifetimeBody `json:"lifetime"`
	Entries     []ledgerBody `json:"entries"`
	Pagination  cursorBody   `json:"pagination"`
	Packs       []packBody   `json:"packs,omitempty"` // that can be bought
}

// lifetimeBody always adds up: what was received, less what was spent, is the balance.
type lifetimeBody struct {
	Received balanceBody `json:"received"`
	Spent    balanceBody `json:"spent"`
}

type ledgerBody struct {
	ID           string          `json:"id"`
	Reason       string          `json:"reason"`
	Delta        int64           `json:"delta"`
	Credit       string          `json:"credit"` // the kind that changed, as in a balance
	Workflow     studio.Workflow `json:"workflow"`
	GenerationID *string         `json:"generationId"`
	Note         *string         `json:"note"`
	CreatedAt    string          `json:"createdAt"`
}

type cursorBody struct {
	Limit      int     `json:"limit"`
	NextCursor *string `json:"nextCursor"`
}

// credits returns the user's balance, and the ledger of what changed it, newest first.
func (a *App) credits(w http.ResponseWriter, r bunrouter.Request) error {
	page, err := cursorPage(r.URL.RawQuery)
	if err != nil {
		return err
	}
	_, account, err := readOwned(a, r, func(ctx context.Context, claim auth.Claim, now time.Time) (auth.Identity, studio.Account, error) {
		return a.store.Account(ctx, claim, now, page)
	})
	if err != nil {
		return err
	}

	w.Header()["Cache-Control"] = noStore
	return httpio.WriteJSON(w, http.StatusOK, creditsBody{
		AccountType: account.AccountType,
		Balance:     balanceBody(account.Balance),
		Lifetime:    lifetimeBody{balanceBody(account.Received()), balanceBody(account.Spent)},
		Entries:     ledgerBodies(account.Entries),
		Pagination:  cursorBody{page.Limit, encodeCursor(account.Next)},
		Packs:       a.packBodies(),
	})
}

func ledgerBodies(entries []studio.LedgerEntry) []ledgerBody {
	bodies := make([]ledgerBody, len(entries))
	for i, entry := range entries {
		credit := "adGraphics"
		if entry.Workflow.Cost(1).ProductShoots > 0 {
			credit = "productShoots"
		}
		bodies[i] = ledgerBody{
			ID: entry.ID, Reason: entry.Reason, Delta: entry.Delta, Credit: credit, Workflow: entry.Workflow,
			GenerationID: entry.GenerationID, Note: entry.Note, CreatedAt: entry.At.UTC().Format(js.ISODate),
		}
	}
	return bodies
}
