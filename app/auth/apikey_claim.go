package auth

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/addreams/addreams/app/fault"
)

// KeyHeader carries an API key. So does Authorization, as a bearer token.
const KeyHeader = "X-Api-Key"

// KeyClaim is an API key that a request was sent with, for a route that needs the scope. The key has still to be found in the
// database.
type KeyClaim struct {
	Hash    string
	Scope   Scope
	Counted bool // the request has read with it before

	way Attempt // counts wrong keys from the same address
}

// WrongKeys is how many wrong keys an address may send to one isolate, and how long it is refused then.
var WrongKeys = Rule{20, window}

// SentKey returns the API key of a request, and reports whether it has one. A bearer token that does not look like one of our
// keys is none.
func SentKey(header http.Header) (string, bool) {
	if sent := header[KeyHeader]; len(sent) > 0 && sent[0] != "" {
		return strings.Join(sent, ","), true // several are no key
	}
	scheme, token, _ := strings.Cut(header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if strings.EqualFold(scheme, "bearer") && (isKey(token) || strings.HasPrefix(token, defaultPrefix)) {
		return token, true
	}
	return "", false
}

// ClaimKey reads the API key of a request to a route that needs a scope. Faults: APIKeyInvalid, TooManyWrongKeys.
func (s *Service) ClaimKey(r *http.Request, key string, scope Scope) (Claim, error) {
	if !s.ready {
		return Claim{}, Unauthenticated()
	}
	if !isKey(key) {
		return Claim{}, UnknownKey()
	}

	visit := s.Visit(r)
	way := visit.attempt("/api-key", WrongKeys)
	if way.Key != "" && s.limiter.full(way.Key, way.Rule, visit.Now) {
		return Claim{}, fault.New(fault.TooManyWrongKeys, "Too many invalid API keys came from this address. Try again later.")
	}
	return Claim{Key: &KeyClaim{Hash: hashKey(key), Scope: scope, way: way}}, nil
}

// Again returns the claim for another read of the same request, which does not count as another use of an API key.
func (c Claim) Again() Claim {
	if c.Key != nil {
		key := *c.Key
		key.Counted = true
		c.Key = &key
	}
	return c
}

// NoteRefusal counts a claim that was refused, if it is that of a key that does not exist.
func (s *Service) NoteRefusal(claim Claim, err error) {
	if claim.Key != nil && claim.Key.way.Key != "" && fault.CodeOf(err) == fault.APIKeyInvalid {
		s.limiter.count(claim.Key.way.Key, claim.Key.way.Rule, s.now())
	}
}

// namesOfKeys are query parameters in which other services take keys, without the case, hyphens and underscores.
var namesOfKeys = map[string]bool{"apikey": true, "xapikey": true, "accesstoken": true, "authorization": true}

// KeyInQuery reports whether a query carries an API key, under any name: servers and browsers keep URLs, so that a key in one is no
// secret.
func KeyInQuery(query string) bool {
	return inQuery(query, func(_, value string) bool { return isKey(value) && strings.HasPrefix(value, defaultPrefix) })
}

// NamesKeyInQuery reports whether a query carries what its name says is a key. Such a key may have a prefix of its user's.
func NamesKeyInQuery(query string) bool {
	return inQuery(query, func(name, value string) bool { return value != "" && namesOfKeys[plainName(name)] })
}

// inQuery reports whether is accepts a parameter of a query. Names and values that can't be decoded are empty.
func inQuery(query string, is func(name, value string) bool) bool {
	if query == "" {
		return false
	}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, _ = url.QueryUnescape(name)
		value, _ = url.QueryUnescape(value)
		if is(name, value) {
			return true
		}
	}
	return false
}

func plainName(name string) string {
	return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name))
}
