// Package auth knows who a request comes from: accounts, passwords, sessions, sign-in with Google and GitHub. It owns
// the rules, and better-auth's password hashes: existing users' passwords, cookies and official clients must go on
// working. The forms of cookies are in package cookie, the providers in package oauth. It holds no SQL and no routes: it
// reaches the database through its interface Store.
package auth

import (
	"context"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/addreams/addreams/app/auth/cookie"
	"github.com/addreams/addreams/app/auth/oauth"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/whatwg"
)

// Config is the deployment's configuration.
type Config struct {
	Secret  string   // HMAC key of cookies
	Proxy   string   // HMAC key of client addresses, which the frontend's own proxy signs; "" for none
	BaseURL string   // public origin of the API, as https://app.example.com
	Origins []string // origins of the frontends; `*` and `?` make an entry a pattern
	Clients oauth.Clients
	Log     func(context.Context) *zerolog.Logger // the request's logger

	TokenKeys      []TokenKey // the first encrypts OAuth tokens at rest; none leaves them in clear
	TokenKeysWrong error      // why the keys cannot be read, if they cannot: then no token is stored or read
}

// Service identifies the senders of requests, and signs them in and out. It is safe for concurrent use.
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
	log       func(context.Context) *zerolog.Logger
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
		log:   config.Log,
	}

	s.hosts = hostsOf(s.trusted)
	s.providers = oauth.Providers(config.Clients, base+"/api/auth/callback/", caller, now)
	return s
}

// Ready reports whether the service has the secret and the URL that every sign-in needs.
func (s *Service) Ready() bool { return s.ready }

// userInfo asks a provider for the profile that tokens belong to. If the provider does not list the addresses, userInfo logs it, and
// none counts as verified.
func (s *Service) userInfo(ctx context.Context, p oauth.Provider, tokens Tokens) (oauth.UserInfo, error) {
	info, err := p.UserInfo(ctx, tokens)
	if info.EmailsErr != nil {
		s.log(ctx).Warn().Err(info.EmailsErr).Str("provider", p.ID).Msg("the provider does not list the user's addresses, so none counts as verified")
	}
	return info, err
}

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
