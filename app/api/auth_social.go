package api

import (
	"context"
	"net/http"
	"net/url"

	"github.com/addreams/addreams/app/auth"
)

var signInSocialSchema = body(
	need("provider", providerName),
	may("callbackURL", text), may("newUserCallbackURL", text), may("errorCallbackURL", text),
	may("disableRedirect", boolean), may("scopes", texts), may("requestSignUp", boolean),
	may("loginHint", text), may("additionalData", record),
	may("idToken", object(
		need("token", text), may("nonce", text), may("accessToken", clearToken), may("refreshToken", clearToken),
		may("expiresAt", number),
	)),
)

var linkSocialSchema = body(
	may("callbackURL", text), need("provider", providerName),
	may("idToken", object(
		need("token", text), may("nonce", text), may("accessToken", clearToken), may("refreshToken", clearToken),
		may("scopes", texts),
	)),
	may("requestSignUp", boolean), may("scopes", texts), may("errorCallbackURL", text), may("disableRedirect", boolean),
	may("additionalData", record),
)

// signInSocial begins a sign-in with a provider; with an id_token it is complete at once.
func (h authRoutes) signInSocial(c *authCall) error {
	if form, ok := c.idForm(); ok {
		identity, err := h.auth.SignInWithID(c.r.Context(), c.visit, form)
		if err != nil {
			return err
		}
		return c.send(admitted{Token: identity.Session.Token, User: identity.User})
	}
	form := c.startForm()
	form.NewUser, form.LoginHint = c.optional("newUserCallbackURL"), c.text("loginHint")
	return h.start(c, form, nil)
}

// linkSocial does the same for a user who is signed in and wants one more way in.
func (h authRoutes) linkSocial(c *authCall) error {
	if form, ok := c.idForm(); ok {
		if err := h.auth.LinkWithID(c.r.Context(), c.visit, c.caller.Identity, form); err != nil {
			return err
		}
		return c.send(struct {
			URL      string `json:"url"`
			Status   bool   `json:"status"`
			Redirect bool   `json:"redirect"`
		}{Status: true})
	}
	return h.start(c, c.startForm(), &c.caller.Identity)
}

func (h authRoutes) start(c *authCall, form auth.StartForm, link *auth.Identity) error {
	url, err := h.auth.Start(c.r.Context(), c.visit, form, link)
	if err != nil {
		return err
	}
	redirect := !c.set("disableRedirect")
	if redirect {
		c.w.Header()["Location"] = []string{url}
	}
	return c.send(struct {
		URL      string `json:"url"`
		Redirect bool   `json:"redirect"`
	}{url, redirect})
}

func (c *authCall) startForm() auth.StartForm {
	form := auth.StartForm{
		Provider: c.text("provider"), Callback: c.text("callbackURL"), ErrorURL: c.optional("errorCallbackURL"),
		RequestSignUp: c.flag("requestSignUp"),
	}
	scopes, _ := c.fields()["scopes"].([]any)
	for _, scope := range scopes {
		form.Scopes = append(form.Scopes, scope.(string))
	}
	form.Additional, _ = c.fields()["additionalData"].(map[string]any)
	return form
}

func (c *authCall) idForm() (auth.IDForm, bool) {
	object, ok := c.fields()["idToken"].(map[string]any)
	if !ok {
		return auth.IDForm{}, false
	}
	inner := &authCall{body: object}
	return auth.IDForm{
		Provider: c.text("provider"), Token: inner.text("token"), Nonce: inner.optional("nonce"),
		AccessToken: inner.optional("accessToken"), RefreshToken: inner.optional("refreshToken"),
	}, true
}

// callbackParameters are those that providers send.
var callbackParameters = []string{"code", "error", "device_id", "error_description", "state", "user"}

var (
	callbackFields = []field{
		may("code", text), may("error", text), may("device_id", text), may("error_description", text),
		may("state", text), may("user", text),
	}
	callbackQuery = query(callbackFields...)
	callbackForm  = body(callbackFields...)
)

// callbackForm takes a provider's answer by form and sends the browser to the same place by GET, where its cookies are.
func (h authRoutes) callbackForm(c *authCall) error {
	parameters := make(url.Values)
	for _, name := range callbackParameters {
		if c.query.Has(name) {
			parameters.Set(name, c.query.Get(name))
		} else if value := c.optional(name); value != nil {
			parameters.Set(name, *value)
		}
	}
	location := h.auth.CallbackURL(c.r.Param("id")) + "?" + parameters.Encode()
	if len(location) > auth.MaxURL {
		return auth.ErrTooLarge
	}
	return c.redirect(location)
}

// callback is where a provider sends the browser back to.
func (h authRoutes) callback(c *authCall) error {
	location, err := h.auth.Return(c.r.Context(), c.visit, auth.Callback{
		Provider: c.r.Param("id"), State: c.query.Get("state"), Code: c.query.Get("code"),
		Error: c.query.Get("error"), ErrorDescription: c.query.Get("error_description"),
	})
	if location == "" {
		return err
	}
	if err != nil {
		logRefusal(c.r.Context(), err)
	}
	return c.redirect(location)
}

func logRefusal(ctx context.Context, err error) {
	current := infoOf(ctx)
	current.log.Warn().Str("request", current.id).Err(err).Msg("a provider's answer was refused")
}

func (authRoutes) ok(c *authCall) error {
	return c.send(struct {
		OK bool `json:"ok"`
	}{true})
}

// errorPage sends the browser to the frontend's root, which tells what went wrong.
func (authRoutes) errorPage(c *authCall) error {
	location := "/?error=" + auth.SafeCode(c.query.Get("error"))
	if description := c.query.Get("error_description"); description != "" {
		location += "&error_description=" + url.QueryEscape(description)
	}
	c.w.Header()["Location"] = []string{location}
	c.w.WriteHeader(http.StatusFound)
	return nil
}
