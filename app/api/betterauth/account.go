package betterauth

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
	CreatedAt  isoDate  `json:"createdAt"`
	UpdatedAt  isoDate  `json:"updatedAt"`
	Scopes     []string `json:"scopes"`
}

func (h handlers) listAccounts(c *call) error {
	caller, accounts, err := h.auth.Accounts(c.r.Context(), c.visit)
	if err != nil {
		return err
	}
	h.host.Identify(c.r.Context(), caller)

	list := make([]accountBody, 0, len(accounts))
	for _, a := range accounts {
		list = append(list, accountBody{
			a.ID, a.ProviderID, a.AccountID, a.UserID, isoDate(a.CreatedAt), isoDate(a.UpdatedAt), scopesOf(a),
		})
	}
	return c.send(list)
}

func scopesOf(account auth.Account) []string {
	if account.Tokens.Scope == nil {
		return []string{}
	}
	return strings.Split(*account.Tokens.Scope, ",")
}

var unlinkSchema = bodyOf(required("providerId", isString), optional("accountId", isString))

func (h handlers) unlink(c *call) error {
	fields := c.fields()
	if err := h.auth.Unlink(c.r.Context(), c.visit, c.caller, fields.text("providerId"), fields.text("accountId")); err != nil {
		return err
	}
	return c.done()
}

var accountSchema = bodyOf(
	required("providerId", isString), optional("accountId", isString), optional("userId", isString),
)

func (h handlers) accessToken(c *call) error {
	fields := c.fields()
	account, err := h.auth.AccessToken(c.r.Context(), c.visit, c.caller, fields.text("providerId"), fields.text("accountId"))
	if err != nil {
		return err
	}

	access := ""
	if stored := account.Tokens.Access; stored != nil {
		access = *stored
	}
	return c.send(struct {
		AccessToken string   `json:"accessToken"`
		ExpiresAt   *isoDate `json:"accessTokenExpiresAt,omitempty"`
		Scopes      []string `json:"scopes"`
		IDToken     *string  `json:"idToken,omitempty"`
	}{access, nullDate(account.Tokens.AccessExpires), scopesOf(account), account.Tokens.ID})
}

func (h handlers) refreshToken(c *call) error {
	fields := c.fields()
	account, sent, err := h.auth.RefreshToken(c.r.Context(), c.visit, c.caller, fields.text("providerId"), fields.text("accountId"))
	if err != nil {
		return err
	}

	return c.send(struct {
		AccessToken  *string  `json:"accessToken,omitempty"`
		RefreshToken *string  `json:"refreshToken,omitempty"`
		ExpiresAt    *isoDate `json:"accessTokenExpiresAt,omitempty"`
		Scope        *string  `json:"scope"`
		IDToken      *string  `json:"idToken"`
		ProviderID   string   `json:"providerId"`
		AccountID    string   `json:"accountId"`
	}{
		sent.Access, sent.Refresh, nullDate(sent.AccessExpires), account.Tokens.Scope, account.Tokens.ID,
		account.ProviderID, account.AccountID,
	})
}

var accountQuery = queryOf(optional("accountId", isString))

func (h handlers) accountInfo(c *call) error {
	info, err := h.auth.AccountInfo(c.r.Context(), c.visit, c.caller, c.query.Get("accountId"))
	if errors.Is(err, auth.ErrNoInfo) {
		h.logRefusal(c, err)
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
	}{user{info.RawID, info.Name, info.Email, info.Image, info.EmailVerified}, info.Profile})
}

// isoDate is a time in JavaScript's form.
type isoDate time.Time

func (d isoDate) MarshalJSON() ([]byte, error) { return js.AppendDate(nil, time.Time(d)), nil }

func nullDate(at *time.Time) *isoDate {
	if at == nil {
		return nil
	}
	return (*isoDate)(at)
}
