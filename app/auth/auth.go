// Package auth knows who a request comes from: accounts, passwords, sessions, sign-in with Google and GitHub. It owns
// the rules, and better-auth's wire and storage formats (cookies, signatures, password hashes, OAuth state), because
// the existing users' cookies, passwords and official clients must go on working. It holds no SQL and no routes: it
// reaches the database through its interface Store, and providers through an platform.HTTPClient.
package auth

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/whatwg"
)

// Config is what the deployment says.
type Config struct {
	Secret  string   // HMAC key of cookies
	Proxy   string   // HMAC key of client addresses, which the frontend's own proxy signs; "" for none
	BaseURL string   // public origin of the API, as https://app.example.com
	Origins []string // origins of the frontends; `*` and `?` make an entry a pattern
	Google  Client
	GitHub  Client

	Log func(context.Context) *zerolog.Logger // a request's

	TokenKeys      []TokenKey // the first encrypts OAuth tokens at rest; none leaves them in clear
	TokenKeysWrong error      // why the keys that there are can't be read: no token is stored or read then
}

// Client is our registration with a provider of sign-in. Without both values the provider is not offered.
type Client struct{ ID, Secret string }

// Service answers who a request comes from, and changes it. It is safe for concurrent use.
type Service struct {
	store     Store
	scrypt    Scrypt
	now       func() time.Time
	cookies   cookieFormat
	baseURL   string
	trusted   []string
	hosts     []string // of the trusted origins
	providers map[string]provider
	limiter   *limiter
	proxyKey  []byte
	vault     vault
	ready     bool
}

// New makes the service.
func New(config Config, store Store, scrypt Scrypt, caller platform.HTTPClient, now func() time.Time) *Service {
	base := strings.TrimRight(config.BaseURL, "/")
	s := &Service{
		store: store, scrypt: scrypt, now: now, baseURL: base,
		cookies: newCookieFormat(base, config.Secret),
		trusted: trustedOrigins(base, config.Origins),
		limiter: newLimiter(), proxyKey: []byte(config.Proxy),
		vault: newVault(config.TokenKeys, config.TokenKeysWrong),
		ready: config.Secret != "" && base != "",
	}
	s.hosts = hostsOf(s.trusted)
	s.providers = newProviders(config, base+"/api/auth/callback/", caller, now)
	return s
}

// Ready tells whether the service has the secret and the URL, without which nobody can sign in.
func (s *Service) Ready() bool { return s.ready }

// ErrorURL is the page that tells of a failed sign-in.
func (s *Service) ErrorURL() string { return s.baseURL + "/api/auth/error" }

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

// Visit is one request as this package sees it.
type Visit struct {
	Jar       *Jar
	Address   string // of the client, in the form in which it is stored and counted; "" if not known
	Proxy     string // a Worker that brought the request without its client's address; "" for none
	Own       bool   // the Worker is of our own site: many may share it
	UserAgent string
	Now       time.Time
}

// shared reports whether the request came by a way that many users may share: our own Worker, or nobody knows which.
func (v *Visit) shared() bool { return v.Address == "" && (v.Own || v.Proxy == "") }

// Address tells the address that a request comes from, in the form of Visit; "" if it is not known.
func (s *Service) Address(r *http.Request) string {
	address, _, _ := s.client(r, s.now())
	return address
}

// Visit reads a request.
func (s *Service) Visit(r *http.Request) *Visit {
	now := s.now()
	address, proxy, own := s.client(r, now)
	return &Visit{
		Jar:       s.cookies.jar(r.Header),
		Address:   address,
		Proxy:     proxy,
		Own:       own,
		UserAgent: r.Header.Get("User-Agent"),
		Now:       now,
	}
}
