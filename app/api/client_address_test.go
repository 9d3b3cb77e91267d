package api_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/binding"
)

const (
	proxySecret   = "a secret that the proxy shares with us"
	workerAddress = "2a06:98c0:3600::103"
	signInPath    = "/api/auth/sign-in/email"
)

// signedClient returns the header that the proxy of docs/operations.md sets.
func signedClient(secret, method, path, address string, at time.Time) string {
	seconds := fmt.Sprint(at.Unix())
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strings.Join([]string{"v1", method, path, address, seconds}, "\n")))
	return address + ";t=" + seconds + ";v=" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// sessionAddress returns the client address that a sign-in with the headers stores.
func sessionAddress(s *apitest.World, headers map[string]string) string {
	b := s.Browser()
	for name, value := range headers {
		b.Headers[name] = value
	}
	require.Equal(s.T, http.StatusOK, b.SignIn("Ada").Code)
	return s.SQL("SELECT ip_address FROM session ORDER BY rowid DESC LIMIT 1")[0].Text(0)
}

func TestClientAddressFromTheProxy(t *testing.T) {
	now := time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC)
	good := signedClient(proxySecret, http.MethodPost, signInPath, "192.0.2.7", now)
	signed := func(change func(header string) string) string { return change(good) }
	cases := map[string]struct {
		header, secret, seen, want string
	}{
		"signed":            {good, proxySecret, workerAddress, "192.0.2.7"},
		"IPv6":              {signedClient(proxySecret, http.MethodPost, signInPath, "2001:DB8::1", now), proxySecret, workerAddress, "2001:0db8:0000:0000:0000:0000:0000:0000"},
		"through another":   {good, proxySecret, "203.0.113.9", "192.0.2.7"},
		"the proxy is slow": {signedClient(proxySecret, http.MethodPost, signInPath, "192.0.2.7", now.Add(-time.Minute)), proxySecret, workerAddress, "192.0.2.7"},
		"its clock is fast": {signedClient(proxySecret, http.MethodPost, signInPath, "192.0.2.7", now.Add(time.Minute)), proxySecret, workerAddress, "192.0.2.7"},

		"without the setting": {good, "", "203.0.113.9", "203.0.113.9"},
		"missing":             {"", proxySecret, "203.0.113.9", "203.0.113.9"},
		"missing at a Worker": {"", proxySecret, workerAddress, ""},
		"forged":              {signedClient("another secret, as long as the right one", http.MethodPost, signInPath, "192.0.2.7", now), proxySecret, "203.0.113.9", "203.0.113.9"},
		"forged at a Worker":  {signedClient("another secret, as long as the right one", http.MethodPost, signInPath, "192.0.2.7", now), proxySecret, workerAddress, ""},
		"without a secret":    {signedClient("", http.MethodPost, signInPath, "192.0.2.7", now), "", "203.0.113.9", "203.0.113.9"},
		"another address":     {signed(func(h string) string { return strings.Replace(h, "192.0.2.7", "192.0.2.8", 1) }), proxySecret, "203.0.113.9", "203.0.113.9"},
		"another time":        {signed(func(h string) string { return strings.Replace(h, "t=", "t=0", 1) }), proxySecret, "203.0.113.9", "203.0.113.9"},
		"another method":      {signedClient(proxySecret, http.MethodGet, signInPath, "192.0.2.7", now), proxySecret, "203.0.113.9", "203.0.113.9"},
		"another path":        {signedClient(proxySecret, http.MethodPost, "/api/auth/ok", "192.0.2.7", now), proxySecret, "203.0.113.9", "203.0.113.9"},
		"stale":               {signedClient(proxySecret, http.MethodPost, signInPath, "192.0.2.7", now.Add(-61*time.Second)), proxySecret, "203.0.113.9", "203.0.113.9"},
		"of the future":       {signedClient(proxySecret, http.MethodPost, signInPath, "192.0.2.7", now.Add(61*time.Second)), proxySecret, "203.0.113.9", "203.0.113.9"},
		"no address":          {signedClient(proxySecret, http.MethodPost, signInPath, "nowhere", now), proxySecret, "203.0.113.9", "203.0.113.9"},
		"no signature":        {"192.0.2.7;t=" + fmt.Sprint(now.Unix()) + ";v=", proxySecret, "203.0.113.9", "203.0.113.9"},
		"no parts":            {"192.0.2.7", proxySecret, "203.0.113.9", "203.0.113.9"},
		"more parts":          {good + ";x=1", proxySecret, "203.0.113.9", "203.0.113.9"},
		"cut":                 {good[:len(good)-1], proxySecret, "203.0.113.9", "203.0.113.9"},
		"padded":              {good + "=", proxySecret, "203.0.113.9", "203.0.113.9"},
		"long":                {strings.Repeat("1", 8000), proxySecret, "203.0.113.9", "203.0.113.9"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			site := apitest.New(t)
			site.Env[binding.ClientAddressSecret] = tc.secret
			site.Start()
			site.Browser().SignUp("Ada")
			assert.Equal(t, tc.want, sessionAddress(site, map[string]string{"X-AdDreams-Client": tc.header, "CF-Connecting-IP": tc.seen}))
		})
	}
}

// A signature is valid only for its method, here that of a provider's callback.
func TestClientAddressOfAnotherMethod(t *testing.T) {
	for method, want := range map[string]string{http.MethodGet: "192.0.2.7", http.MethodPost: ""} {
		site := apitest.New(t)
		site.Env[binding.ClientAddressSecret] = proxySecret
		site.Start()
		site.Providers.Google["gina"] = apitest.Gina
		b := site.Browser()
		b.Headers["CF-Connecting-IP"] = workerAddress
		b.Headers["X-AdDreams-Client"] = signedClient(proxySecret, method, "/api/auth/callback/google", "192.0.2.7", site.Now())
		require.Equal(t, "/studio", b.Consent("google", "gina").Location())
		assert.Equal(t, want, site.SQL("SELECT ip_address FROM session")[0].Text(0), method)
	}
}

// Users behind a Worker that signs are counted individually.
func TestUsersBehindTheProxyAreCountedOneByOne(t *testing.T) {
	site := apitest.New(t)
	site.Env[binding.ClientAddressSecret] = proxySecret
	site.Start()
	try := func(address string) int {
		b := site.Browser()
		b.Headers["CF-Connecting-IP"] = workerAddress
		b.Headers["X-AdDreams-Client"] = signedClient(proxySecret, http.MethodPost, signInPath, address, site.Now())
		return b.SignIn("Nobody").Code
	}

	for range 3 {
		require.Equal(t, http.StatusUnauthorized, try("192.0.2.1"))
	}

	assert.Equal(t, http.StatusTooManyRequests, try("192.0.2.1"))
	assert.Equal(t, http.StatusUnauthorized, try("192.0.2.2"))
}

// Without a signature, the users of our own Worker share one address. They are not throttled like a single user, but there is
// a limit, and Workers of other zones have counters of their own.
func TestUsersBehindAWorkerWithoutSignature(t *testing.T) {
	site := apitest.New(t)
	site.Env[binding.TrustedOrigins] += ", https://app.example.com"
	site.Start()
	site.Browser().SignUp("Ada")
	try := func(zone, name, password string) int {
		b := site.Browser()
		b.Headers["CF-Connecting-IP"], b.Headers["CF-Worker"] = workerAddress, zone
		return tryPassword(b, name, password).Code
	}
	for i := range 300 {
		require.Equal(t, http.StatusUnauthorized, try("app.example.com", fmt.Sprint("user", i), "wrong"), i)
	}
	assert.Equal(t, http.StatusTooManyRequests, try("app.example.com", "user", "wrong"))
	assert.Equal(t, http.StatusOK, try("other.example.com", "Ada", apitest.Password))

	refused := 0
	for range 300 {
		site.Later(100 * time.Millisecond)
		if try("app.example.com", "Ada", "wrong") == http.StatusTooManyRequests {
			refused++
		}
	}
	assert.Greater(t, refused, 150, "one account's passwords are guessed slowly through a Worker, too")
	site.Later(2 * time.Second)
	assert.Equal(t, http.StatusOK, try("app.example.com", "Ada", apitest.Password), "after a short wait")
}

// A Worker of another account counts as one address, whatever its zone, and cannot claim another.
func TestWorkersOfOthersCountAsOneAddress(t *testing.T) {
	for _, zone := range []string{"evil.example", "evil.workers.dev", "workers.dev", "com", "evil.App.example.com", ""} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			g := newGuessing(t)
			g.Env[binding.TrustedOrigins] += ", https://app.example.com, https://studio.acme.workers.dev"
			g.Start()
			worker := func() *apitest.Browser {
				b := g.from(workerAddress)
				b.Headers["CF-Worker"] = zone
				return b
			}

			signedUp := 0
			for i := range 300 {
				if worker().Post("/api/auth/sign-up/email", map[string]any{"name": "x", "email": fmt.Sprintf("x%d@example.test", i), "password": apitest.Password}).Code == http.StatusOK {
					signedUp++
				}
			}
			assert.Equal(t, auth.Strict.Max, signedUp)

			g.looked = 0
			for end := g.Now().Add(time.Hour); g.Now().Before(end); g.Later(time.Second) {
				tryPassword(worker(), "Ada", "wrong")
			}
			assert.LessOrEqual(t, g.looked, 30, "passwords of one account in an hour")
			assert.Equal(t, http.StatusOK, tryPassword(g.from("192.0.2.1"), "Ada", apitest.Password).Code)
		})
	}
}
