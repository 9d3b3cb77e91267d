package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/platform/native"
)

// A broken database is a 500 wherever it breaks, and a provider that is down keeps its answer of the contract; either
// leaves its cause in the log.
func TestCausesOfRefusalsAreLogged(t *testing.T) {
	const tokens, keys = "https://oauth2.googleapis.com/token", "https://www.googleapis.com/oauth2/v3/certs"
	cases := map[string]struct {
		down     string // a provider's URL
		database string // part of the statement that fails
		ask      func(*browser) answer
		want     int
		location string
	}{
		"refresh, provider down":      {down: tokens, ask: refreshGoogle, want: http.StatusBadRequest},
		"refresh, database broken":    {database: "UPDATE account", ask: refreshGoogle, want: http.StatusInternalServerError},
		"access token, provider down": {down: tokens, ask: accessGoogle, want: http.StatusBadRequest},
		"access token, database":      {database: "UPDATE account", ask: accessGoogle, want: http.StatusInternalServerError},
		"id_token, keys down":         {down: keys, ask: idTokenOfGina, want: http.StatusUnauthorized},
		"id_token, database":          {database: "INSERT INTO session", ask: idTokenOfGina, want: http.StatusInternalServerError},
		"account info, provider down": {down: "https://api.github.com/user", ask: accountInfoOfHub, want: http.StatusOK},
		"callback, addresses down":    {down: "https://api.github.com/user/emails", ask: consentHub, want: http.StatusFound, location: publicURL + "/api/auth/error?error=email_not_found"},
		"callback, provider down":     {down: tokens, ask: consentGina, want: http.StatusFound, location: publicURL + "/api/auth/error?error=invalid_code"},
		"callback, database":          {database: "INSERT INTO session", ask: consentGina, want: http.StatusInternalServerError},
		"link, database":              {database: "UPDATE account", ask: linkGinaAgain, want: http.StatusInternalServerError},
		"sign-in, database":           {database: "FROM user u", ask: func(b *browser) answer { return b.signIn("Gina") }, want: http.StatusInternalServerError},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := newSite(t)
			gina := site.linkedGina()
			log := site.failing(tc.down, tc.database)

			response := tc.ask(gina)

			assert.Equal(t, tc.want, response.Code, response.Body.String())
			assert.Equal(t, tc.location, response.location())
			assert.Contains(t, log.String(), "it is down", "the cause is logged")
			assert.NotContains(t, response.Body.String(), "it is down", "and not sent")
			assert.NotContains(t, log.String(), "refresh_gina")
		})
	}
}

// linkedGina is a browser of a user with a password, Google and GitHub, whose access token is near its end.
func (s *site) linkedGina() *browser {
	b := s.browser()
	b.signUp("Gina")
	s.providers.google["gina"] = linked
	s.providers.github["hub"] = gitHubUser{`{"id":42,"login":"hub"}`, `[{"email":"gina@example.test","primary":true,"verified":true}]`}
	require.Equal(s.t, "/studio", b.link("google", "gina").location())
	require.Equal(s.t, "/studio", b.link("github", "hub").location())
	s.now = s.now.Add(time.Hour)
	b.get("/api/auth/get-session")
	return b
}

// failing makes one URL of the providers, or one statement of the database, fail from now on, and returns the log.
func (s *site) failing(url, statement string) *bytes.Buffer {
	log := &bytes.Buffer{}
	s.app = api.New(api.Platform{
		DB: failingDB{s.db, statement}, Scrypt: s.scrypt, HTTP: native.HTTPClient(failingHost{s.providers, url}),
		Now: func() time.Time { return s.now },
		Log: func(context.Context) io.Writer { return log },
		Env: func(name string) string { return s.env[name] },
	})
	return log
}

type failingDB struct {
	d1.Database
	statement string
}

func (db failingDB) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	for _, statement := range statements {
		if db.statement != "" && strings.Contains(statement.SQL, db.statement) {
			return nil, errors.New("it is down")
		}
	}
	return db.Database.Batch(ctx, statements...)
}

type failingHost struct {
	http.RoundTripper
	url string
}

func (h failingHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.String() == h.url {
		return nil, errors.New("it is down")
	}
	return h.RoundTripper.RoundTrip(r)
}

func refreshGoogle(b *browser) answer {
	return b.post("/api/auth/refresh-token", map[string]any{"providerId": "google"})
}

func accessGoogle(b *browser) answer {
	return b.post("/api/auth/get-access-token", map[string]any{"providerId": "google"})
}

func accountInfoOfHub(b *browser) answer { return b.get("/api/auth/account-info?accountId=42") }

func idTokenOfGina(b *browser) answer {
	return b.site.browser().post("/api/auth/sign-in/social", map[string]any{
		"provider": "google", "idToken": map[string]any{"token": b.providers.idToken(linked)},
	})
}

func consentGina(b *browser) answer { return b.site.browser().consent("google", "gina") }

func consentHub(b *browser) answer { return b.site.browser().consent("github", "hub") }

func linkGinaAgain(b *browser) answer {
	state := b.begin("/api/auth/link-social", "google", nil)
	return b.get("/api/auth/callback/google?code=gina&state=" + url.QueryEscape(state))
}
