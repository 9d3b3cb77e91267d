package betterauth_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
)

// A database error is a 500 everywhere, and a provider that is down gets the answer of the contract; both leave their
// cause in the log.
func TestCausesOfRefusalsAreLogged(t *testing.T) {
	const tokens, keys = "https://oauth2.googleapis.com/token", "https://www.googleapis.com/oauth2/v3/certs"
	cases := map[string]struct {
		down     string // a provider's URL
		database string // part of the statement that fails
		ask      func(*apitest.Browser) apitest.Answer
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
		"callback, addresses down":    {down: "https://api.github.com/user/emails", ask: consentHub, want: http.StatusFound, location: apitest.PublicURL + "/api/auth/error?error=email_not_found"},
		"callback, provider down":     {down: tokens, ask: consentGina, want: http.StatusFound, location: apitest.PublicURL + "/api/auth/error?error=invalid_code"},
		"callback, database":          {database: "INSERT INTO session", ask: consentGina, want: http.StatusInternalServerError},
		"link, database":              {database: "UPDATE account", ask: linkGinaAgain, want: http.StatusInternalServerError},
		"sign-in, database":           {database: "FROM user u", ask: func(b *apitest.Browser) apitest.Answer { return b.SignIn("Gina") }, want: http.StatusInternalServerError},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			gina := linkedGina(site)
			log := failing(site, tc.down, tc.database)

			response := tc.ask(gina)

			assert.Equal(t, tc.want, response.Code, response.Body.String())
			assert.Equal(t, tc.location, response.Location())
			assert.Contains(t, log.String(), "it is down", "the cause is logged")
			assert.NotContains(t, response.Body.String(), "it is down", "and not sent")
			assert.NotContains(t, log.String(), "refresh_gina")
		})
	}
}

// linkedGina signs in a browser of a user with a password, Google and GitHub, whose access token is near its end.
func linkedGina(s *apitest.World) *apitest.Browser {
	b := s.Browser()
	b.SignUp("Gina")
	s.Providers.Google["gina"] = linked
	s.Providers.GitHub["hub"] = apitest.GitHubUser{Profile: `{"id":42,"login":"hub"}`, Emails: `[{"email":"gina@example.test","primary":true,"verified":true}]`}
	require.Equal(s.T, "/studio", b.Link("google", "gina").Location())
	require.Equal(s.T, "/studio", b.Link("github", "hub").Location())
	s.Later(time.Hour)
	b.Get("/api/auth/get-session")
	return b
}

// failing makes one URL of the providers, or one statement of the database, fail from now on, and returns the log.
func failing(s *apitest.World, url, statement string) *bytes.Buffer {
	log := &bytes.Buffer{}
	s.Start(func(p *platform.Platform) {
		p.DB, p.HTTP = failingDB{s.DB, statement}, native.HTTPClient(failingHost{s.Providers, url})
	}, apitest.LogTo(log))
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

func refreshGoogle(b *apitest.Browser) apitest.Answer {
	return b.Post("/api/auth/refresh-token", map[string]any{"providerId": "google"})
}

func accessGoogle(b *apitest.Browser) apitest.Answer {
	return b.Post("/api/auth/get-access-token", map[string]any{"providerId": "google"})
}

func accountInfoOfHub(b *apitest.Browser) apitest.Answer {
	return b.Get("/api/auth/account-info?accountId=42")
}

func idTokenOfGina(b *apitest.Browser) apitest.Answer {
	return b.World.Browser().Post("/api/auth/sign-in/social", map[string]any{
		"provider": "google", "idToken": map[string]any{"token": b.Providers.IDToken(linked)},
	})
}

func consentGina(b *apitest.Browser) apitest.Answer {
	return b.World.Browser().Consent("google", "gina")
}

func consentHub(b *apitest.Browser) apitest.Answer {
	return b.World.Browser().Consent("github", "hub")
}

func linkGinaAgain(b *apitest.Browser) apitest.Answer {
	state := b.Begin("/api/auth/link-social", "google", nil)
	return b.Get("/api/auth/callback/google?code=gina&state=" + url.QueryEscape(state))
}
