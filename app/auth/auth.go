// Package auth knows who a request comes from: accounts, passwords, sessions, sign-in with Google and GitHub. It owns
// the rules, and better-auth's password hashes: existing users' passwords, cookies and official clients must go on
// working. The forms of cookies are in package cookie, the providers in package oauth. It holds no SQL and no routes: it
// reaches the database through its interface Store.
package auth

import (
	"strings"
	"time"

	"github.com/addreams/addreams/app/auth/cookie"
	"github.com/addreams/addreams/app/auth/oauth"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/whatwg"
)

// Config is what the deployment says.
type Config struct {
	Secret  string   // HMAC key of cookies
	Proxy   string   // HMAC key of client addresses, which the frontend's own proxy signs; "" for none
	BaseURL string   // public origin of the API, as https://app.example.com
	Origins []string // origins of the frontends; `*` and `?` make an entry a pattern
	Google  oauth.Client
	GitHub  oauth.Client

	TokenKeys      []TokenKey // the first encrypts OAuth tokens at rest; none leaves them in clear
	TokenKeysWrong error      // why the keys cannot be read, if they cannot: then no token is stored or read
}

// Service answers who a request comes from, and changes it. It is safe for concurrent use.
type Service struct {
	store     Store
	scrypt    platform.Scrypt
	now       func() time.Time
	cookies   cookie.Format
	secret    []byte
	baseURL   string
	trusted   []string
	hosts     []string // of the trusted origins
	providers map[string]oauth.Provider
	limiter   *limiter
	proxyKey  []byte
	vault     vault
	ready     bool
}

// New makes the service.
func New(config Config, store Store, scrypt platform.Scrypt, caller platform.HTTPClient, now func() time.Time) *Service {
	base := strings.TrimRight(config.BaseURL, "/")
	s := &Service{
		store: store, scrypt: scrypt, now: now, baseURL: base,
		cookies: cookie.NewFormat(base, config.Secret),
		secret:  []byte(config.Secret),
		trusted: trustedOrigins(base, config.Origins),
		limiter: newLimiter(), proxyKey: []byte(config.Proxy),
		vault: newVault(config.TokenKeys, config.TokenKeysWrong),
		ready: config.Secret != "" && base != "",
	}
	s.hosts = hostsOf(s.trusted)
	s.providers = oauth.Providers(config.Google, config.GitHub, base+"/api/auth/callback/", caller, now)
	return s
}

// Ready reports whether the service has the secret and the URL, without which nobody can sign in.
func (s *Service) Ready() bool { return s.ready }

// Resolve makes a trusted URL absolute, with the public URL as the base of a path, and sets a query parameter.
func (s *Service) Resolve(target, name, value string) (string, bool) {
	if strings.HasPrefix(target, "/") {
		target = originOf(s.baseURL) + target
	}
	resolved, ok := whatwg.Parse(target)
	if !ok {
		return "", false
	}
	return resolved.WithParameter(name, value), true
}
