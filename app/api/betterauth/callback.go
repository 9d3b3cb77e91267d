package betterauth

import (
	"net/url"

	"github.com/addreams/addreams/app/auth"
)

// callbackParameters are those that providers send.
var callbackParameters = []string{"code", "error", "device_id", "error_description", "state", "user"}

var (
	callbackQuery = queryOf(callbackProperties()...)
	callbackForm  = bodyOf(callbackProperties()...)
)

func callbackProperties() []property {
	var properties []property
	for _, name := range callbackParameters {
		properties = append(properties, optional(name, isString))
	}
	return properties
}

// callbackForm takes a provider's answer by form and sends the browser to the same place by GET, where its cookies are.
func (h handlers) callbackForm(c *call) error {
	parameters := make(url.Values)
	for _, name := range callbackParameters {
		if c.query.Has(name) {
			parameters.Set(name, c.query.Get(name))
		} else if value := c.fields().optionalText(name); value != nil {
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
func (h handlers) callback(c *call) error {
	location, err := h.auth.HandleCallback(c.r.Context(), c.visit, auth.Callback{
		Provider: c.r.Param("id"), State: c.query.Get("state"), Code: c.query.Get("code"),
		Error: c.query.Get("error"), ErrorDescription: c.query.Get("error_description"),
	})
	if location == "" {
		return err
	}

	if err != nil {
		h.logRefusal(c, err)
	}
	return c.redirect(location)
}

// logRefusal logs why a provider's answer was not accepted, where the response does not say it.
func (h handlers) logRefusal(c *call, err error) {
	h.host.Log(c.r.Context()).Warn().Err(err).Msg("a provider's answer was refused")
}
