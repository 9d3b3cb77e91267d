package api

import "github.com/addreams/addreams/app/auth"

var signUpSchema = schema{inBody, []string{"object", "record"}, []field{
	need("name", kept), need("email", email), need("password", filled), may("image", kept),
	may("callbackURL", text), may("rememberMe", boolean),
}}

// forgets tells whether the session shall end when the browser closes.
func (c *authCall) forgets() bool {
	remember := c.flag("rememberMe")
	return remember != nil && !*remember
}

// signedUp is the answer to a new user.
type signedUp struct {
	Token string    `json:"token"`
	User  auth.User `json:"user"`
}

func (h authRoutes) signUp(c *authCall) error {
	identity, err := h.auth.SignUp(c.r.Context(), c.visit, auth.SignUp{
		Name: c.text("name"), Email: c.text("email"), Password: c.text("password"),
		Image: c.optional("image"), Forget: c.forgets(),
	})
	if err != nil {
		return err
	}
	return c.send(signedUp{identity.Session.Token, identity.User})
}

var signInSchema = body(need("email", text), need("password", text), may("callbackURL", text), may("rememberMe", boolean))

// admitted is the answer to a sign-in.
type admitted struct {
	Redirect bool      `json:"redirect"`
	Token    string    `json:"token"`
	URL      *string   `json:"url,omitempty"`
	User     auth.User `json:"user"`
}

func (h authRoutes) signIn(c *authCall) error {
	identity, err := h.auth.SignIn(c.r.Context(), c.visit, auth.SignIn{
		Email: c.text("email"), Password: c.text("password"), Forget: c.forgets(),
	})
	if err != nil {
		return err
	}
	target := c.text("callbackURL")
	if target != "" {
		c.w.Header()["Location"] = []string{target}
	}
	return c.send(admitted{target != "", identity.Session.Token, c.optional("callbackURL"), identity.User})
}

func (h authRoutes) signOut(c *authCall) error {
	if err := h.auth.SignOut(c.r.Context(), c.visit); err != nil {
		return err
	}
	return c.send(struct {
		Success bool `json:"success"`
	}{true})
}
