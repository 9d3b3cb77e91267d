package betterauth

import (
	"errors"
	"net/http"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/js"
)

// The API keys of a user, in the form of better-auth's apiKey plugin.

var (
	errKeySignedOut = auth.Refuse(http.StatusUnauthorized, "Unauthorized or invalid session")
	errServerOnly   = auth.Refuse(http.StatusBadRequest, "The property you're trying to set can only be set from the server auth instance only.")
	errMetadata     = auth.Refuse(http.StatusBadRequest, "Metadata is disabled.")
)

// keyOwner is sessionInDB with the plugin's answer.
func keyOwner(h handlers, c *call) error {
	err := sessionInDB(h, c)
	if errors.Is(err, auth.ErrSignedOut) {
		return errKeySignedOut
	}
	if user := c.fields().text("userId"); err == nil && user != "" && user != c.caller.User.ID {
		return errKeySignedOut
	}
	return err
}

func (h handlers) createKey(c *call) error {
	fields := c.fields()
	if err := checkServerOnly(fields); err != nil {
		return err
	}
	if js.Truthy(fields["metadata"]) {
		return errMetadata
	}

	form := auth.KeyForm{
		Prefix: fields.text("prefix"), ExpiresIn: lifeOf(fields), Remaining: fields.optionalInt("remaining"), Scopes: keyScopesOf(fields),
	}
	if name := fields.text("name"); name != "" {
		form.Name = &name
	}
	made, key, err := h.auth.CreateKey(c.r.Context(), c.visit, c.caller.Identity, form)
	if err != nil {
		return err
	}
	body := keyBodyOf(made)
	body.Key = key
	return c.send(body)
}

func (h handlers) getKey(c *call) error {
	caller, key, err := h.auth.Key(c.r.Context(), c.visit, c.query.Get("id"))
	if caller.User.ID != "" {
		h.host.Identify(c.r.Context(), caller)
	}
	if err != nil {
		return err
	}
	return c.send(keyBodyOf(key))
}

func (h handlers) listKeys(c *call) error {
	caller, keys, err := h.auth.Keys(c.r.Context(), c.visit)
	if err != nil {
		return err
	}
	h.host.Identify(c.r.Context(), caller)

	bodies := make([]keyBody, len(keys))
	for i, key := range keys {
		bodies[i] = keyBodyOf(key)
	}
	return c.send(bodies)
}

func (h handlers) updateKey(c *call) error {
	fields := c.fields()
	if err := checkServerOnly(fields); err != nil {
		return err
	}
	patch := auth.KeyPatch{
		Name: fields.optionalText("name"), Enabled: fields.optionalBool("enabled"), Remaining: fields.optionalInt("remaining"),
		ExpiresIn: lifeOf(fields), Scopes: keyScopesOf(fields),
	}
	_, patch.SetExpiry = fields["expiresIn"]
	_, patch.SetScopes = fields["permissions"]

	key, err := h.auth.UpdateKey(c.r.Context(), c.visit, c.caller.Identity, fields.text("keyId"), patch)
	if err != nil {
		return err
	}
	return c.send(keyBodyOf(key))
}

func (h handlers) deleteKey(c *call) error {
	if err := h.auth.DeleteKey(c.r.Context(), c.caller.Identity, c.fields().text("keyId")); err != nil {
		return err
	}
	return c.send(struct {
		Success bool `json:"success"`
	}{true})
}

// checkServerOnly refuses what the plugin takes from programs on the server alone. Permissions and remaining requests, which it
// counts among them, only ever restrict a key, so that users may set them here.
func checkServerOnly(fields jsonObject) error {
	for _, name := range serverOnly {
		if _, sent := fields[name]; sent {
			return errServerOnly
		}
	}
	return nil
}

// lifeOf reads expiresIn, in seconds; zero for ever. A life beyond all limits stays beyond them.
func lifeOf(fields jsonObject) time.Duration {
	seconds, _ := fields["expiresIn"].(float64)
	return time.Duration(min(seconds, 1e9) * float64(time.Second))
}

// keyScopesOf reads permissions that isPermissions has accepted; nil if there are none.
func keyScopesOf(fields jsonObject) []auth.Scope {
	if fields["permissions"] == nil {
		return nil
	}
	scopes := []auth.Scope{}
	for _, scope := range fields.object("permissions").texts(auth.ScopeResource) {
		scopes = append(scopes, auth.Scope(scope))
	}
	return scopes
}
