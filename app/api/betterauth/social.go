package betterauth

import "github.com/addreams/addreams/app/auth"

var signInSocialSchema = bodyOf(
	required("provider", isProviderName),
	optional("callbackURL", isString), optional("newUserCallbackURL", isString), optional("errorCallbackURL", isString),
	optional("disableRedirect", isBoolean), optional("scopes", isStrings), optional("requestSignUp", isBoolean),
	optional("loginHint", isString), optional("additionalData", isRecord),
	optional("idToken", isObjectOf(
		required("token", isString), optional("nonce", isString),
		optional("accessToken", isToken), optional("refreshToken", isToken), optional("expiresAt", isNumber),
	)),
)

var linkSocialSchema = bodyOf(
	optional("callbackURL", isString), required("provider", isProviderName),
	optional("idToken", isObjectOf(
		required("token", isString), optional("nonce", isString),
		optional("accessToken", isToken), optional("refreshToken", isToken), optional("scopes", isStrings),
	)),
	optional("requestSignUp", isBoolean), optional("scopes", isStrings), optional("errorCallbackURL", isString),
	optional("disableRedirect", isBoolean), optional("additionalData", isRecord),
)

// signInSocial begins a sign-in with a provider; with an id_token it is complete at once.
func (h handlers) signInSocial(c *call) error {
	fields := c.fields()
	if form, ok := idTokenForm(fields); ok {
		identity, err := h.auth.SignInWithID(c.r.Context(), c.visit, form)
		if err != nil {
			return err
		}
		return c.send(signedIn{Token: identity.Session.Token, User: identity.User})
	}

	form := startForm(fields)
	form.NewUser, form.LoginHint = fields.optionalText("newUserCallbackURL"), fields.text("loginHint")
	return h.start(c, form, nil)
}

// linkSocial does the same for a user who is signed in and wants one more way in.
func (h handlers) linkSocial(c *call) error {
	fields := c.fields()
	if form, ok := idTokenForm(fields); ok {
		if err := h.auth.LinkWithID(c.r.Context(), c.visit, c.caller.Identity, form); err != nil {
			return err
		}
		return c.send(struct {
			URL      string `json:"url"`
			Status   bool   `json:"status"`
			Redirect bool   `json:"redirect"`
		}{Status: true})
	}

	return h.start(c, startForm(fields), &c.caller.Identity)
}

func (h handlers) start(c *call, form auth.StartForm, link *auth.Identity) error {
	location, err := h.auth.Start(c.r.Context(), c.visit, form, link)
	if err != nil {
		return err
	}

	redirect := !c.fields().isTrue("disableRedirect")
	if redirect {
		c.w.Header()["Location"] = []string{location}
	}
	return c.send(struct {
		URL      string `json:"url"`
		Redirect bool   `json:"redirect"`
	}{location, redirect})
}

func startForm(body jsonObject) auth.StartForm {
	return auth.StartForm{
		Provider: body.text("provider"), Callback: body.text("callbackURL"), ErrorURL: body.optionalText("errorCallbackURL"),
		Scopes: body.texts("scopes"), RequestSignUp: body.optionalBool("requestSignUp"), Additional: body.object("additionalData"),
	}
}

// idTokenForm reads the id_token that a client got from a provider itself; false if there is none.
func idTokenForm(body jsonObject) (auth.IDForm, bool) {
	given := body.object("idToken")
	if given == nil {
		return auth.IDForm{}, false
	}
	return auth.IDForm{
		Provider: body.text("provider"), Token: given.text("token"), Nonce: given.optionalText("nonce"),
		AccessToken: given.optionalText("accessToken"), RefreshToken: given.optionalText("refreshToken"),
	}, true
}
