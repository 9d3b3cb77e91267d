package api

import (
	"net/http"

	"github.com/addreams/addreams/app/auth"
)

var changePasswordSchema = body(
	need("newPassword", text), need("currentPassword", text), may("revokeOtherSessions", boolean),
)

func (h authRoutes) changePassword(c *authCall) error {
	token, err := h.auth.ChangePassword(c.r.Context(), c.visit, c.caller.Identity, auth.PasswordChange{
		Current: c.text("currentPassword"), New: c.text("newPassword"), RevokeOthers: c.set("revokeOtherSessions"),
	})
	if err != nil {
		return err
	}
	answer := struct {
		Token *string   `json:"token"`
		User  auth.User `json:"user"`
	}{User: c.caller.User}
	if token != "" {
		answer.Token = &token
	}
	return c.send(answer)
}

var verifyPasswordSchema = body(need("password", text))

func (h authRoutes) verifyPassword(c *authCall) error {
	if err := h.auth.CheckPassword(c.r.Context(), c.visit, c.caller.Identity, c.text("password")); err != nil {
		return err
	}
	return c.send(status{true})
}

var requestResetSchema = body(need("email", email), may("redirectTo", text))

func (authRoutes) requestReset(*authCall) error {
	return auth.Refuse(http.StatusBadRequest, "Reset password isn't enabled")
}

var resetSchema = body(need("newPassword", text), may("token", text))

func (h authRoutes) resetPassword(c *authCall) error {
	token := c.text("token")
	if token == "" {
		token = c.query.Get("token")
	}
	if err := h.auth.ResetPassword(c.r.Context(), c.visit, token, c.text("newPassword")); err != nil {
		return err
	}
	return c.send(status{true})
}

var resetQuery = query(need("callbackURL", text))

// resetCallback sends whoever followed a link of a reset mail to the page that asks for the new password.
func (h authRoutes) resetCallback(c *authCall) error {
	token := c.r.Param("token")
	holds, err := h.auth.ResetHolds(c.r.Context(), c.visit, token)
	if err != nil {
		return err
	}
	name, value := "token", token
	if !holds {
		name, value = "error", "INVALID_TOKEN"
	}
	target := c.query.Get("callbackURL")
	if target == "" {
		return c.redirect(h.auth.ErrorURL() + "?error=INVALID_TOKEN")
	}
	location, ok := h.auth.Resolve(target, name, value)
	if !ok {
		return auth.Refuse(http.StatusForbidden, "Invalid callbackURL")
	}
	return c.redirect(location)
}
