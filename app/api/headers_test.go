package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

// Nothing that a page of another origin can make a browser send spends a credit: the browser names the origin, and sends a
// preflight before JSON. Requests of other programs pass.
func TestPagesOfOthersSpendNothing(t *testing.T) {
	const (
		json = "application/json"
		form = "application/x-www-form-urlencoded"
	)
	requests := map[string]struct {
		headers map[string]string
		refused bool // with the types that a page may send unasked
	}{
		"a program":                       {nil, false},
		"our page":                        {map[string]string{"Origin": apitest.Frontend}, false},
		"our own origin":                  {map[string]string{"Origin": apitest.PublicURL}, false},
		"our page, by its referrer":       {map[string]string{"Referer": apitest.Frontend + "/studio"}, false},
		"the address bar":                 {map[string]string{"Sec-Fetch-Site": "none"}, false},
		"the same origin":                 {map[string]string{"Sec-Fetch-Site": "same-origin"}, false},
		"our page on a sibling":           {map[string]string{"Origin": apitest.Frontend, "Sec-Fetch-Site": "same-site"}, false},
		"another's page":                  {map[string]string{"Origin": "https://evil.test"}, true},
		"a sibling's page":                {map[string]string{"Origin": "https://blog.example.test", "Sec-Fetch-Site": "same-site"}, true},
		"no origin to tell":               {map[string]string{"Origin": "null"}, true},
		"no origin, as of a sandbox":      {map[string]string{"Origin": "null", "Referer": apitest.Frontend}, true},
		"a path for an origin":            {map[string]string{"Origin": "/"}, true},
		"our origin as a prefix":          {map[string]string{"Origin": apitest.Frontend + ".evil.test"}, true},
		"another's page, by its referrer": {map[string]string{"Referer": "https://evil.test/"}, true},
		"cross-site without an origin":    {map[string]string{"Sec-Fetch-Site": "cross-site"}, true},
		"same-site without an origin":     {map[string]string{"Sec-Fetch-Site": "same-site"}, true},
	}
	types := map[string]bool{ // whether a page may send it unasked
		"": true, "text/plain": true, "TEXT/PLAIN": true, " text/plain ; charset=utf-8": true, form: true, "multipart/form-data; boundary=x": true,
		"text/ping": true, "application/x-json": true, "text/plain, application/json": true,
		json: false, "application/json; charset=utf-8": false, "Application/JSON": false,
	}
	bodies := map[string]string{
		textPath: `{"prompt":"p"}`, referencePath: `{"prompt":"p","referenceImageUrl":"https://a.test/b"}`,
		"/api/workflows/video-from-reference": `{"prompt":"p","referenceImageUrl":"https://a.test/b"}`,
	}
	s := apitest.New(t, apitest.Silent)
	ada := signUp(s, "ada")
	s.SQL("UPDATE user_profile SET credits_product_shoots = 1000, credits_ad_graphics = 1000")
	for name, tc := range requests {
		for contentType, unasked := range types {
			for path, body := range bodies {
				before, asked := ada.balance(), len(s.Images.Bodies)
				var headers []string
				for header, value := range tc.headers {
					headers = append(headers, header, value)
				}
				response := ada.do(http.MethodPost, path, body, append(headers, "Content-Type", contentType)...)
				what := fmt.Sprintf("%s, %q, %s", name, contentType, path)
				if !tc.refused || !unasked {
					require.NotEqual(t, http.StatusForbidden, response.Code, what)
					continue
				}
				require.Equal(t, http.StatusForbidden, response.Code, what)
				require.Equal(t, "INVALID_ORIGIN", failure(t, response), what)
				require.Equal(t, before, ada.balance(), what)
				require.Len(t, s.Images.Bodies, asked, what)
			}
		}
	}

	stranger := &user{World: s}
	assert.Equal(t, http.StatusUnauthorized, stranger.do(http.MethodPost, textPath, "{}", "Origin", "https://evil.test").Code, "first who it is")
}

func TestPagesOfOthersDeleteNothing(t *testing.T) {
	s := apitest.New(t, apitest.Silent)
	ada := signUp(s, "ada")
	path := "/api/history/" + ada.generate()
	for _, headers := range [][]string{{"Origin", "https://evil.test"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Referer", "https://evil.test/"}} {
		assert.Equal(t, http.StatusForbidden, ada.do(http.MethodDelete, path, "", headers...).Code, headers)
		assert.Equal(t, http.StatusForbidden, ada.do(http.MethodDelete, path, "", append(headers, "Content-Type", "application/json")...).Code, headers)
	}
	assert.Equal(t, http.StatusOK, ada.get(path).Code)
	assert.Equal(t, http.StatusOK, ada.do(http.MethodDelete, path, "", "Origin", apitest.Frontend).Code)
}

// Every answer tells browsers and caches not to guess its type, not to embed it elsewhere, and not to keep it.
func TestHeadersOfEveryAnswer(t *testing.T) {
	s := apitest.New(t, apitest.Silent)
	ada := signUp(s, "ada")
	id := ada.generate()
	stranger := &user{World: s}
	answers := map[string]http.Header{
		"me":              ada.get("/api/me").Header(),
		"history":         ada.get("/api/history").Header(),
		"detail":          ada.get("/api/history/" + id).Header(),
		"session":         ada.get("/api/auth/get-session").Header(),
		"sessions":        ada.get("/api/auth/list-sessions").Header(),
		"signed out":      stranger.get("/api/me").Header(),
		"unknown":         stranger.get("/api/nothing").Header(),
		"unknown in auth": stranger.get("/api/auth/nothing").Header(),
		"outside":         stranger.get("/").Header(),
		"preflight":       stranger.do(http.MethodOptions, "/api/me", "").Header(),
		"generation":      ada.do(http.MethodPost, textPath, `{"prompt":"p"}`).Header(),
		"bad request":     ada.do(http.MethodPost, textPath, `{`).Header(),
	}
	for name, header := range answers {
		assert.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), name)
		assert.Equal(t, "same-origin", header.Get("Cross-Origin-Resource-Policy"), name)
		assert.Equal(t, "0", header.Get("Expires"), name)
		assert.Empty(t, header.Values("Cache-Control"), "%s: as the service before answered", name)
	}

	assert.Empty(t, ada.get("/api/health").Header().Values("Expires"), "it is the same for all users")
	asset := ada.get("/api/history/" + id + "/asset").Header()
	assert.Equal(t, "nosniff", asset.Get("X-Content-Type-Options"))
	assert.Equal(t, "same-site", asset.Get("Cross-Origin-Resource-Policy"), "an <img> of the frontend's host")
	assert.Equal(t, "private, max-age=3600", asset.Get("Cache-Control"))
	assert.Empty(t, asset.Values("Expires"))
	for _, again := range []string{"", "*"} {
		indexed := ada.get("/api/history/"+id+"/assets/0", "If-None-Match", again).Header()
		assert.Equal(t, "private, max-age=86400, immutable", indexed.Get("Cache-Control"))
	}

	s.Env[binding.DailyGenerations] = "0"
	for name, response := range map[string]http.Header{
		"a page of another": ada.do(http.MethodPost, textPath, `{"prompt":"p"}`, "Origin", "https://evil.test").Header(),
		"the ceiling":       ada.do(http.MethodPost, textPath, `{"prompt":"p"}`).Header(),
	} {
		assert.Equal(t, "no-store", response.Get("Cache-Control"), name)
	}
}

// With a secret that can be guessed nobody can sign in, and the log says what to do.
func TestShortSecret(t *testing.T) {
	cases := map[string]struct {
		secret string
		want   int
	}{
		"missing":     {"", http.StatusInternalServerError},
		"short":       {strings.Repeat("k", 31), http.StatusInternalServerError},
		"long enough": {strings.Repeat("k", 32), http.StatusOK},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			s := apitest.New(t, apitest.LogTo(&log))
			ada := signUp(s, "ada")
			s.Env[binding.AuthSecret] = tc.secret
			s.Start()
			log.Reset()

			signIn := ada.do(http.MethodPost, signInPath, `{"email":"ada@example.test","password":"12345678"}`, "Content-Type", "application/json", "Origin", apitest.Frontend)
			assert.Equal(t, tc.want, signIn.Code)
			assert.Equal(t, http.StatusUnauthorized, ada.get("/api/me").Code, "what another key signed")
			if tc.want != http.StatusOK {
				assert.Equal(t, "BACKEND_MISCONFIGURED", failure(t, signIn))
				assert.Contains(t, log.String(), "BETTER_AUTH_SECRET")
				assert.Contains(t, log.String(), "configuration and deploy again")
			}
			if tc.secret != "" {
				assert.NotContains(t, log.String(), tc.secret)
				assert.NotContains(t, signIn.Body.String(), tc.secret)
			}
		})
	}
}

// A cookie that is signed with a short secret is refused, even if that is the deployment's secret.
func TestShortSecretReadsNoCookies(t *testing.T) {
	api.AcceptShortSecrets(t)
	s := apitest.New(t, apitest.Silent)
	s.Env[binding.AuthSecret] = "short"
	s.Start()
	ada := signUp(s, "ada")
	require.Equal(t, http.StatusOK, ada.get("/api/me").Code)
	api.RefuseShortSecrets()
	s.Start()
	assert.Equal(t, http.StatusUnauthorized, ada.get("/api/me").Code)
}

// A wrong setting is logged once, with what to do about it.
func TestWrongSettingsAreLogged(t *testing.T) {
	for name, value := range map[string]string{
		binding.ClientAddressSecret: "short", binding.FreeCreditsFor: "nobody", binding.DailyGenerations: "many",
	} {
		var log bytes.Buffer
		s := apitest.New(t, apitest.LogTo(&log))
		s.Env[name] = value
		s.Start()
		(&user{World: s}).get("/api/health")
		(&user{World: s}).get("/api/health")
		assert.Equal(t, 1, strings.Count(log.String(), `"binding":"`+name+`"`), log.String())
	}
}
