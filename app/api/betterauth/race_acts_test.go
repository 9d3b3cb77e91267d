package betterauth_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/d1"
)

// act is one request.
type act struct {
	name    string
	browser string // in which it is made: "A" and "B" are signed in, others carry an OAuth state, or nothing
	do      func(*apitest.Browser) apitest.Answer
	done    func(apitest.Answer) bool
	other   func(*apitest.Browser) apitest.Answer // the same act by another person
	whose   string                                // browser of the other
}

// again is the act of a second person, if it runs beside itself.
func (a act) again(second bool) act {
	if second && a.other != nil {
		a.do = a.other
	}
	if second && a.whose != "" {
		a.browser = a.whose
	}
	return a
}

// racePasswords are the first password, and those that acts set.
var racePasswords = []string{apitest.Password, "changed by A", "changed by B", "renewed by A", "renewed by B", "set by reset"}

func (w *raceWorld) commonActs() []act {
	answered := func(a apitest.Answer) bool { return a.Code == http.StatusOK }
	redirected := func(a apitest.Answer) bool { return a.Location() == "/studio" }
	change := func(to string, revoke bool) func(*apitest.Browser) apitest.Answer {
		return func(b *apitest.Browser) apitest.Answer {
			return b.Post("/api/auth/change-password", map[string]any{
				"currentPassword": apitest.Password, "newPassword": to, "revokeOtherSessions": revoke,
			})
		}
	}

	back := func(provider, code, state string) func(*apitest.Browser) apitest.Answer {
		return func(b *apitest.Browser) apitest.Answer {
			return b.Get("/api/auth/callback/" + provider + "?code=" + code + "&state=" + url.QueryEscape(w.Env[state]))
		}
	}

	post := func(path string, body map[string]any) func(*apitest.Browser) apitest.Answer {
		return func(b *apitest.Browser) apitest.Answer { return b.Post("/api/auth/"+path, body) }
	}
	return []act{
		{name: "sign-in", do: func(b *apitest.Browser) apitest.Answer { return b.SignIn("Gina") }, done: answered},
		{name: "change", browser: "A", do: change("changed by A", false), done: answered, other: change("changed by B", false), whose: "B"},
		{name: "change and revoke", browser: "A", do: change("renewed by A", true), done: answered, other: change("renewed by B", true), whose: "B"},
		{name: "check password", browser: "A", do: post("verify-password", map[string]any{"password": apitest.Password}), done: answered, whose: "B"},
		{name: "delete", do: w.deleteUser, done: answered},
		{name: "revoke", browser: "A", do: post("revoke-session", map[string]any{"token": tokenOf(w.jars["B"])}), done: answered,
			other: post("revoke-session", map[string]any{"token": tokenOf(w.jars["A"])}), whose: "B"},
		{name: "revoke others", browser: "A", do: post("revoke-other-sessions", map[string]any{}), done: answered, whose: "B"},
		{name: "revoke all", browser: "A", do: post("revoke-sessions", map[string]any{}), done: answered, whose: "B"},
		{name: "link", browser: "B", do: back(w.linkWith, w.linkCode, "state of B"), done: redirected},
		{name: "sign in with google", browser: "to google", do: back("google", "gina", "state to google"), done: redirected},
		{name: "sign in with github", browser: "to github", do: back("github", "hub", "state to github"), done: redirected},
		{name: "sign in with token", do: w.signInWithToken, done: answered},
		{name: "verify", do: func(b *apitest.Browser) apitest.Answer {
			return b.Get("/api/auth/verify-email?token=" + w.Env["email token"])
		}, done: answered},
		{name: "reset", do: post("reset-password", map[string]any{"token": "reset", "newPassword": "set by reset"}), done: answered},
		{name: "update", browser: "B", do: post("update-user", map[string]any{"name": "Renamed"}), done: answered},
		{name: "sign-out", browser: "B", do: post("sign-out", map[string]any{}), done: answered},
		{name: "begin to link", browser: "B", do: post("link-social", map[string]any{"provider": "google"}), done: answered},
		{name: "create key", browser: "B", do: post("api-key/create", map[string]any{}), done: answered, whose: "A"},
		{name: "disable key", browser: "B", do: post("api-key/update", map[string]any{"keyId": w.keyID, "enabled": false}), done: answered, whose: "A"},
		{name: "delete key", browser: "B", do: post("api-key/delete", map[string]any{"keyId": w.keyID}), done: answered, whose: "A"},
		{name: "use key", do: useKey(w.key), done: answered},
	}
}

// useKey reads what the user of an API key has.
func useKey(key string) func(*apitest.Browser) apitest.Answer {
	return func(b *apitest.Browser) apitest.Answer {
		b.Headers["X-Api-Key"] = key
		return b.Get("/api/me")
	}
}

func (w *raceWorld) signInWithToken(b *apitest.Browser) apitest.Answer {
	return b.Post("/api/auth/sign-in/social", map[string]any{"provider": "google", "idToken": map[string]any{"token": w.Env["id_token"]}})
}

// deleteUser removes the user from the database, as an operator does: the API has no route for that.
func (w *raceWorld) deleteUser(b *apitest.Browser) apitest.Answer {
	at := slices.IndexFunc(w.isolates, func(i *isolate) bool { return i.app == b.App })
	var batch []d1.Statement
	for _, table := range []string{"session", "account", "apikey", "credit_ledger", "user_profile", "user"} {
		batch = append(batch, d1.SQL("DELETE FROM "+table))
	}
	_, err := w.isolates[at].Batch(w.T.Context(), batch...)
	require.NoError(w.T, err)
	return apitest.Answer{ResponseRecorder: httptest.NewRecorder()}
}

// emptyWorld: no one has registered Gina's address yet. An attacker is about to, and so is she.
func emptyWorld(t *testing.T) *raceWorld {
	w := newRaceWorld(t)
	w.linkWith = "google"
	a := w.World.Browser()
	a.SignUp("Gina")
	w.ready(a, a)
	for _, table := range []string{"session", "account", "apikey", "user", "user_profile"} {
		w.SQL("DELETE FROM " + table)
	}
	w.jars["A"], w.jars["B"] = nil, nil
	w.keep(nil)
	w.acts = func() []act {
		acts := slices.DeleteFunc(w.commonActs(), func(a act) bool { return a.name != "delete" && !strings.HasPrefix(a.name, "sign in with") })
		signUp := func(word string) func(*apitest.Browser) apitest.Answer {
			return func(b *apitest.Browser) apitest.Answer {
				return b.Post("/api/auth/sign-up/email", map[string]any{"name": "Squatter", "email": "gina@example.test", "password": word})
			}
		}
		done := func(a apitest.Answer) bool { return a.Code == http.StatusOK }
		return append(acts, act{name: "sign-up", do: signUp(apitest.Password), done: done, other: signUp("changed by B")})
	}

	return w
}

// squattedWorld: an attacker has registered Gina's address, is signed in twice, and waits. She has Google and GitHub.
func squattedWorld(t *testing.T) *raceWorld {
	w := newRaceWorld(t)
	w.linkWith, w.linkCode = "google", "gina"
	a, b := w.World.Browser(), w.World.Browser()
	a.SignUp("Gina")
	w.SQL("UPDATE user SET name = 'Squatter', image = 'https://evil.test/face.png'")
	w.ready(a, b)
	w.acts = w.commonActs
	return w
}

// verifiedWorld: Gina has a password and Google, her address is verified, and she is signed in twice. Session B is due to be
// rolled on.
func verifiedWorld(t *testing.T) *raceWorld {
	w := newRaceWorld(t)
	w.owned, w.linkWith, w.linkCode = true, "github", "hub"
	a, b := w.World.Browser(), w.World.Browser()
	a.SignUp("Gina")
	w.Providers.Google["gina"] = linked
	require.Equal(t, "/studio", a.Link("google", "gina").Location())

	w.SQL("UPDATE user SET email_verified = 1")
	w.ready(a, b)
	w.SQL("UPDATE session SET expires_at = expires_at - 259200 WHERE token = ?", tokenOf(w.jars["B"]))
	w.keep(nil)
	w.acts = func() []act {
		acts := slices.DeleteFunc(w.commonActs(), func(a act) bool { return a.name == "sign in with github" })
		return append(acts, w.accountActs()...)
	}
	return w
}

func (w *raceWorld) accountActs() []act {
	post := func(path string, body map[string]any) func(*apitest.Browser) apitest.Answer {
		return func(b *apitest.Browser) apitest.Answer { return b.Post("/api/auth/"+path, body) }
	}
	answered := func(a apitest.Answer) bool { return a.Code == http.StatusOK }
	return []act{
		{name: "unlink google", browser: "A", do: post("unlink-account", map[string]any{"providerId": "google"}), done: answered, whose: "B"},
		{name: "unlink password", browser: "A", do: post("unlink-account", map[string]any{"providerId": "credential"}), done: answered, whose: "B"},
		{name: "refresh", browser: "B", do: post("refresh-token", map[string]any{"providerId": "google"}), done: answered},
		{name: "link by token", browser: "B", do: func(b *apitest.Browser) apitest.Answer {
			return b.Post("/api/auth/link-social", map[string]any{"provider": "google", "idToken": map[string]any{"token": w.Env["id_token"]}})
		}, done: answered},
	}
}

// ready signs the second browser in, and begins what acts continue.
func (w *raceWorld) ready(a, b *apitest.Browser) {
	w.Providers.Google["gina"] = linked
	w.Providers.GitHub["hub"] = apitest.GitHubUser{Profile: `{"id":42,"login":"hub","name":"Hub"}`, Emails: `[{"email":"gina@example.test","primary":true,"verified":true}]`}
	require.Equal(w.T, http.StatusOK, b.SignIn("Gina").Code)
	made := a.Post("/api/auth/api-key/create", map[string]any{})
	w.key, w.keyID = made.JSON["key"].(string), made.JSON["id"].(string)

	google, github := w.World.Browser(), w.World.Browser()
	w.Env["state of B"] = b.Begin("/api/auth/link-social", w.linkWith, nil)
	w.Env["state to google"] = google.Begin("/api/auth/sign-in/social", "google", nil)
	w.Env["state to github"] = github.Begin("/api/auth/sign-in/social", "github", nil)
	w.SQL(`INSERT INTO verification (id, identifier, value, expires_at) SELECT 'v', 'reset-password:reset', id, ? FROM user`, w.Now().Unix()+60)
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"email": "gina@example.test", "exp": w.Now().Add(time.Hour).Unix(),
	}).SignedString([]byte(apitest.AuthSecret))
	require.NoError(w.T, err)
	w.Env["email token"], w.Env["id_token"] = token, w.Providers.IDToken(linked)
	w.keep(map[string]*apitest.Browser{"A": a, "B": b, "to google": google, "to github": github, "": w.World.Browser()})
}

// holds reports whether an outcome meets what is required of every one: those who lost access have none, and the owner is
// not locked out.
func (w *raceWorld) holds(acts []act, o outcome) bool {
	did := func(name string) bool {
		at := slices.IndexFunc(acts, func(a act) bool { return a.name == name })
		return at >= 0 && o.answers[at] == "done"
	}
	if did("delete") && o.name == noUser {
		return assert.Empty(w.T, slices.Concat(o.accounts, o.sessions, o.reads, o.keys), "a way into a user who is gone: %s", o)
	}
	ok := assert.NotEmpty(w.T, o.accounts, "no one can get in: %s", o)
	throughProvider := did("sign in with google") || did("sign in with github") || did("sign in with token")
	if throughProvider && !w.owned && !did("verify") && !did("link") {
		squatters := slices.DeleteFunc(slices.Clone(o.passwords), func(word string) bool { return word == "set by reset" })
		ok = assert.Empty(w.T, squatters, "the squatter's password: %s", o) && ok
		ok = assert.Empty(w.T, o.reads, "the squatter reads: %s", o) && ok
		ok = assert.Empty(w.T, o.keys, "the squatter's API keys: %s", o) && ok
		ok = assert.True(w.T, o.verified) && assert.Contains(w.T, []string{"Gina", "Hub"}, o.name, o) && ok
		for _, session := range o.sessions {
			ok = assert.True(w.T, strings.HasPrefix(session, "of act"), "the squatter's session: %s", o) && ok
		}
	}

	if did("change") || did("change and revoke") {
		ok = assert.NotContains(w.T, o.passwords, apitest.Password, "the old password: %s", o) && ok
	}
	if did("change and revoke") && acts[len(acts)-1].browser != "B" {
		ok = assert.NotContains(w.T, o.sessions, "B", o) && assert.NotContains(w.T, o.reads, "B", o) && ok
	}
	return ok
}
