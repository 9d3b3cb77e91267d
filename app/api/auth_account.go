package api

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/js"
)

// accountBody is an account as its owner may see it.
type accountBody struct {
	ID         string   `json:"id"`
	ProviderID string   `json:"providerId"`
	AccountID  string   `json:"accountId"`
	UserID     string   `json:"userId"`
	CreatedAt  date     `json:"createdAt"`
	UpdatedAt  date     `json:"updatedAt"`
	Scopes     []string `json:"scopes"`
}

func (h authRoutes) listAccounts(c *authCall) error {
	caller, accounts, err := h.auth.Accounts(c.r.Context(), c.visit)
	if err != nil {
		return err
	}
	identify(c.r.Context(), caller)

	list := make([]accountBody, 0, len(accounts))
	for _, a := range accounts {
		list = append(list, accountBody{
			a.ID, a.ProviderID, a.AccountID, a.UserID, date(a.CreatedAt), date(a.UpdatedAt), scopes(a),
		})
	}
	return c.send(list)
}

func scopes(account auth.Account) []string {
	if account.Tokens.Scope == nil {
		return []string{}
	}
	return strings.Split(*account.Tokens.Scope, ",")
}

var unlinkSchema = body(need("providerId", text), may("accountId", text))

func (h authRoutes) unlink(c *authCall) error {
	if err := h.auth.Unlink(c.r.Context(), c.visit, c.caller, c.text("providerId"), c.text("accountId")); err != nil {
		return err
	}
	return c.send(status{true})
}

var accountSchema = body(need("providerId", text), may("accountId", text), may("userId", text))

func (h authRoutes) accessToken(c *authCall) error {
	account, err := h.auth.AccessToken(c.r.Context(), c.visit, c.caller, c.text("providerId"), c.text("accountId"))
	if err != nil {
		return err
	}
	access := ""
	if stored := account.Tokens.Access; stored != nil {
		access = *stored
	}
	return c.send(struct {
		AccessToken string   `json:"accessToken"`
		ExpiresAt   *date    `json:"accessTokenExpiresAt,omitempty"`
		Scopes      []string `json:"scopes"`
		IDToken     *string  `json:"idToken,omitempty"`
	}{access, nullDate(account.Tokens.AccessExpires), scopes(account), account.Tokens.ID})
}

func (h authRoutes) refreshToken(c *authCall) error {
	account, sent, err := h.auth.RefreshToken(c.r.Context(), c.visit, c.caller, c.text("providerId"), c.text("accountId"))
	if err != nil {
		return err
	}
	return c.send(struct {
		AccessToken  *string `json:"accessToken,omitempty"`
		RefreshToken *string `json:"refreshToken,omitempty"`
		ExpiresAt    *date   `json:"accessTokenExpiresAt,omitempty"`
		Scope        *string `json:"scope"`
		IDToken      *string `json:"idToken"`
		ProviderID   string  `json:"providerId"`
		AccountID    string  `json:"accountId"`
	}{
		sent.Access, sent.Refresh, nullDate(sent.AccessExpires), account.Tokens.Scope, account.Tokens.ID,
		account.ProviderID, account.AccountID,
	})
}

var accountQuery = query(may("accountId", text))

func (h authRoutes) accountInfo(c *authCall) error {
	info, err := h.auth.AccountInfo(c.r.Context(), c.visit, c.caller, c.query.Get("accountId"))
	if errors.Is(err, auth.ErrNoInfo) {
		logRefusal(c.r.Context(), err)
		return c.send(nil)
	}
	if err != nil {
		return err
	}
	type user struct {
		ID            json.RawMessage `json:"id"`
		Name          string          `json:"name"`
		Email         string          `json:"email"`
		Image         *string         `json:"image,omitempty"`
		EmailVerified bool            `json:"emailVerified"`
	}
	return c.send(struct {
		User user            `json:"user"`
		Data json.RawMessage `json:"data"`
	}{user{info.ID, info.Name, info.Email, info.Image, info.EmailVerified}, info.Profile})
}

// date is a time in JavaScript's form.
type date time.Time

func (d date) MarshalJSON() ([]byte, error) {
	return time.Time(d).UTC().AppendFormat(nil, `"`+js.ISODate+`"`), nil
}

func nullDate(at *time.Time) *date {
	if at == nil {
		return nil
	}
	return (*date)(at)
}
