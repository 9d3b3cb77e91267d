package api

import (
	"context"
	"net/http"
	"time"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/studio"
)

// me tells the signed-in user and what they have. The profile is made on first use.
func (a *App) me(w http.ResponseWriter, r bunrouter.Request) error {
	claim := scopeOf(r.Context()).claim
	identity, profile, err := a.store.Profile(r.Context(), claim, a.platform.Now())
	if err != nil {
		return err
	}
	if err := a.proven(r.Context(), identity); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, meBody{User: userOf(identity.User), Profile: profileOf(profile)})
}

// proven notes whose claim a read has proven, and rolls the session on if that is due.
func (a *App) proven(ctx context.Context, identity auth.Identity) error {
	identify(ctx, identity)
	return a.sessions.Sustain(ctx, scopeOf(ctx).claim, identity)
}

type meBody struct {
	User    meUser    `json:"user"`
	Profile meProfile `json:"profile"`
}

type meUser struct {
	ID            string  `json:"id"`
	Name          string  `json:"name"`
	Email         string  `json:"email"`
	EmailVerified bool    `json:"emailVerified"`
	Image         *string `json:"image"`
	CreatedAt     string  `json:"createdAt"`
	UpdatedAt     string  `json:"updatedAt"`
}

type meProfile struct {
	UserID               string `json:"userId"`
	AccountType          string `json:"accountType"`
	CreditsProductShoots int64  `json:"creditsProductShoots"`
	CreditsAdGraphics    int64  `json:"creditsAdGraphics"`
	CreatedAt            string `json:"createdAt"`
	UpdatedAt            string `json:"updatedAt"`
}

func userOf(user auth.User) meUser {
	return meUser{
		ID: user.ID, Name: user.Name, Email: user.Email, EmailVerified: user.EmailVerified, Image: user.Image,
		CreatedAt: iso(user.CreatedAt), UpdatedAt: iso(user.UpdatedAt),
	}
}

func profileOf(profile studio.Profile) meProfile {
	return meProfile{
		UserID: profile.UserID, AccountType: profile.AccountType,
		CreditsProductShoots: profile.Balance.ProductShoots, CreditsAdGraphics: profile.Balance.AdGraphics,
		CreatedAt: iso(profile.CreatedAt), UpdatedAt: iso(profile.UpdatedAt),
	}
}

// iso is a time as JSON has it.
func iso(at time.Time) string { return at.UTC().Format(isoMillis) }
