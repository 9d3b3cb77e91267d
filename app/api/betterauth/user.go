package betterauth

import (
	"net/http"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/zod"
)

var updateUserSchema = schema{fromBody, []string{zod.Record}, []property{
	optional("name", isProfileText), optional("image", orNull(isProfileText)),
}}

func (h handlers) updateUser(c *call) error {
	fields := c.fields()
	if js.Truthy(fields["email"]) {
		return auth.Refuse(http.StatusBadRequest, "Email can not be updated")
	}

	patch := auth.UserPatch{Name: fields.optionalText("name"), Image: fields.optionalText("image")}
	_, patch.SetImage = fields["image"]
	if err := h.auth.UpdateUser(c.r.Context(), c.visit, c.caller.Identity, patch); err != nil {
		return err
	}
	return c.done()
}

var changeEmailSchema = bodyOf(required("newEmail", isEmail), optional("callbackURL", isString))

func (handlers) changeEmail(*call) error {
	return auth.Refuse(http.StatusBadRequest, "Change email is disabled")
}

var deleteUserSchema = bodyOf(optional("callbackURL", isString), optional("password", isString), optional("token", isString))

func (handlers) deleteUser(*call) error { return auth.ErrDisabled }
