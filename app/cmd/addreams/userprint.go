package main

import (
	"fmt"
	"time"

	"github.com/addreams/addreams/app/store"
	"github.com/addreams/addreams/app/studio"
)

type balanceView struct {
	ProductShoots int64 `json:"productShoots"`
	AdGraphics    int64 `json:"adGraphics"`
}

func balanceJSON(balance studio.Balance) balanceView { return balanceView(balance) }

type userView struct {
	ID            string       `json:"id"`
	Name          string       `json:"name"`
	Email         string       `json:"email"`
	EmailVerified bool         `json:"emailVerified"`
	CreatedAt     time.Time    `json:"createdAt"`
	AccountType   string       `json:"accountType"`
	Balance       *balanceView `json:"balance"` // null without a profile
	Sessions      int64        `json:"sessions"`
	Generations   int64        `json:"generations"`
	Ledger        []entryView  `json:"ledger,omitempty"`
}

type entryView struct {
	ID           string          `json:"id"`
	At           time.Time       `json:"createdAt"`
	Reason       string          `json:"reason"`
	Delta        int64           `json:"delta"`
	Workflow     studio.Workflow `json:"workflow"`
	GenerationID *string         `json:"generationId"`
	Note         *string         `json:"note"`
}

func viewOf(user store.UserRecord) userView {
	view := userView{
		ID: user.User.ID, Name: user.User.Name, Email: user.User.Email, EmailVerified: user.User.EmailVerified,
		CreatedAt: user.User.CreatedAt.UTC(), AccountType: user.Profile.AccountType,
		Sessions: user.Sessions, Generations: user.Generations,
	}
	if user.HasProfile {
		balance := balanceJSON(user.Profile.Balance)
		view.Balance = &balance
	}
	return view
}

// credits returns a balance for a table.
func (v userView) credits() (productShoots, adGraphics any) {
	if v.Balance == nil {
		return "-", "-"
	}
	return v.Balance.ProductShoots, v.Balance.AdGraphics
}

func (s userSession) printUsers(users []store.UserRecord) error {
	views := make([]userView, len(users))
	rows := [][]any{{"ID", "E-MAIL", "VERIFIED", "SINCE (UTC)", "ACCOUNT", "SHOOTS", "GRAPHICS", "SESSIONS", "GENERATIONS"}}
	for i, user := range users {
		view := viewOf(user)
		views[i] = view
		shoots, graphics := view.credits()
		rows = append(rows, []any{
			view.ID, view.Email, view.EmailVerified, view.CreatedAt.Format(time.DateTime), view.AccountType,
			shoots, graphics, view.Sessions, view.Generations,
		})
	}

	if s.json {
		return printJSON(s.out, views)
	}
	return table(s.out, rows)
}

// printUser prints a user, and the latest entries of the ledger.
func (s userSession) printUser(user store.UserRecord, entries []studio.LedgerEntry) error {
	view := viewOf(user)
	rows := [][]any{{"AT (UTC)", "REASON", "CHANGE", "WORKFLOW", "GENERATION", "NOTE"}}
	for _, entry := range entries {
		view.Ledger = append(view.Ledger, entryView{
			entry.ID, entry.At.UTC(), entry.Reason, entry.Delta, entry.Workflow, entry.GenerationID, entry.Note,
		})
		rows = append(rows, []any{
			entry.At.UTC().Format(time.DateTime), entry.Reason, fmt.Sprintf("%+d", entry.Delta), entry.Workflow,
			orNone(entry.GenerationID), orNone(entry.Note),
		})
	}
	if s.json {
		return printJSON(s.out, view)
	}

	shoots, graphics := view.credits()
	err := table(s.out, [][]any{
		{"id", view.ID}, {"name", view.Name}, {"e-mail", view.Email}, {"verified", view.EmailVerified},
		{"since (UTC)", view.CreatedAt.Format(time.DateTime)}, {"account", view.AccountType},
		{"product shoots", shoots}, {"ad graphics", graphics}, {"sessions", view.Sessions}, {"generations", view.Generations},
	})
	if err != nil || len(entries) == 0 {
		return err
	}
	fmt.Fprintln(s.out)
	return table(s.out, rows)
}

func orNone(text *string) string {
	if text == nil {
		return "-"
	}
	return *text
}
