package api

import (
	"net/http"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/js"
)

var updateUserSchema = schema{inBody, []string{"record"}, []field{may("name", kept), may("image", nullable(kept))}}

func (h authRoutes) updateUser(c *authCall) error {
	if js.Truthy(c.fields()["email"]) {
		return auth.Refuse(http.StatusBadRequest, "Email can not be updated")
	}
	profile := auth.Profile{Name: c.optional("name")}
	if _, present := c.fields()["image"]; present {
		image := c.optional("image")
		profile.Image = &image
	}
	if err := h.auth.UpdateUser(c.r.Context(), c.visit, c.caller.Identity, profile); err != nil {
		return err
	}
	return c.send(status{true})
}

var changeEmailSchema = body(need("newEmail", email), may("callbackURL", text))

func (authRoutes) changeEmail(*authCall) error {
	return auth.Refuse(http.StatusBadRequest, "Change email is disabled")
}

var deleteUserSchema = body(may("callbackURL", text), may("password", text), may("token", text))

func (authRoutes) deleteUser(*authCall) error { return auth.ErrDisabled }
