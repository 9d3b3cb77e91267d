package betterauth

import (
	"errors"
	"net/http"

	"github.com/addreams/addreams/app/auth"
)

var sendVerificationSchema = bodyOf(required("email", isEmail), optional("callbackURL", isString))

func (handlers) sendVerification(*call) error {
	return auth.Refuse(http.StatusBadRequest, "Verification email isn't enabled")
}

var tokenQuery = queryOf(required("token", isString), optional("callbackURL", isString))

// verifyEmail is where a link of a verification mail leads. With a callback it tells its outcome there.
func (h handlers) verifyEmail(c *call) error {
	target := c.query.Get("callbackURL")
	err := h.auth.VerifyEmail(c.r.Context(), c.visit, c.query.Get("token"))

	var refused *auth.Error
	switch {
	case errors.As(err, &refused) && target != "":
		return c.redirect(auth.WithError(target, refused.Message))
	case err != nil:
		return err
	case target != "":
		return c.redirect(target)
	}
	return c.send(struct {
		Status bool       `json:"status"`
		User   *auth.User `json:"user"`
	}{Status: true})
}
