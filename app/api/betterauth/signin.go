package betterauth

import (
	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/zod"
)

var signUpSchema = schema{fromBody, []string{zod.Object, zod.Record}, []property{
	required("name", isProfileText), required("email", isEmail), required("password", isPassword),
	optional("image", isProfileText), optional("callbackURL", isString), optional("rememberMe", isBoolean),
}}

func (h handlers) signUp(c *call) error {
	fields := c.fields()
	identity, err := h.auth.SignUp(c.r.Context(), c.visit, auth.SignUp{
		Name: fields.text("name"), Email: fields.text("email"), Password: fields.text("password"),
		Image: fields.optionalText("image"), Forget: fields.isFalse("rememberMe"),
	})
	if err != nil {
		return err
	}

	return c.send(struct {
		Token string    `json:"token"`
		User  auth.User `json:"user"`
	}{identity.Session.Token, identity.User})
}

var signInSchema = bodyOf(
	required("email", isString), required("password", isString),
	optional("callbackURL", isString), optional("rememberMe", isBoolean),
)

// signedIn is the answer to a sign-in.
type signedIn struct {
	Redirect bool      `json:"redirect"`
	Token    string    `json:"token"`
	URL      *string   `json:"url,omitempty"`
	User     auth.User `json:"user"`
}

func (h handlers) signIn(c *call) error {
	fields := c.fields()
	identity, err := h.auth.SignIn(c.r.Context(), c.visit, auth.SignIn{
		Email: fields.text("email"), Password: fields.text("password"), Forget: fields.isFalse("rememberMe"),
	})
	if err != nil {
		return err
	}

	target := fields.text("callbackURL")
	if target != "" {
		c.w.Header()["Location"] = []string{target}
	}
	return c.send(signedIn{target != "", identity.Session.Token, fields.optionalText("callbackURL"), identity.User})
}

func (h handlers) signOut(c *call) error {
	if err := h.auth.SignOut(c.r.Context(), c.visit); err != nil {
		return err
	}
	return c.send(struct {
		Success bool `json:"success"`
	}{true})
}
