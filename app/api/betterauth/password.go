package betterauth

import (
	"net/http"

	"github.com/addreams/addreams/app/auth"
)

var changePasswordSchema = bodyOf(
	required("newPassword", isString), required("currentPassword", isString), optional("revokeOtherSessions", isBoolean),
)

func (h handlers) changePassword(c *call) error {
	fields := c.fields()
	token, err := h.auth.ChangePassword(c.r.Context(), c.visit, c.caller.Identity, auth.PasswordChange{
		Current: fields.text("currentPassword"), New: fields.text("newPassword"), RevokeOthers: fields.isTrue("revokeOtherSessions"),
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

var verifyPasswordSchema = bodyOf(required("password", isString))

func (h handlers) verifyPassword(c *call) error {
	if err := h.auth.CheckPassword(c.r.Context(), c.visit, c.caller.Identity, c.fields().text("password")); err != nil {
		return err
	}
	return c.done()
}

var requestResetSchema = bodyOf(required("email", isEmail), optional("redirectTo", isString))

func (handlers) requestReset(*call) error {
	return auth.Refuse(http.StatusBadRequest, "Reset password isn't enabled")
}

var resetSchema = bodyOf(required("newPassword", isString), optional("token", isString))

func (h handlers) resetPassword(c *call) error {
	token := c.fields().text("token")
	if token == "" {
		token = c.query.Get("token")
	}
	if err := h.auth.ResetPassword(c.r.Context(), c.visit, token, c.fields().text("newPassword")); err != nil {
		return err
	}
	return c.done()
}

var resetQuery = queryOf(required("callbackURL", isString))

// resetCallback redirects a user who followed the link of a reset mail to the page that asks for the new password.
func (h handlers) resetCallback(c *call) error {
	token := c.r.Param("token")
	valid, err := h.auth.ValidResetToken(c.r.Context(), c.visit, token)
	if err != nil {
		return err
	}

	name, value := "token", token
	if !valid {
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
