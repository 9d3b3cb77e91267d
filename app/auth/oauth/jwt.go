package oauth

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/addreams/addreams/app/safejson"
)

// The two algorithms that we take, each where it is expected and nowhere else (RFC 7518 §3). They are two calls of the
// standard library; a library for all algorithms adds 0.4 MB (golang-jwt) or 3 MB (jwx) to the Wasm.
const (
	rs256 = "RS256"
	hs256 = "HS256"
)

var (
	errMalformedJWT = errors.New("not a JWT")
	errJWTSignature = errors.New("JWT has a wrong signature or another algorithm")
	errJWTExpired   = errors.New("JWT has expired")
	errJWTEarly     = errors.New("JWT is not valid yet")
)

// JWT is a signed JSON document (RFC 7515 §3.1), not yet verified.
type JWT struct {
	Payload json.RawMessage

	algorithm, keyID string
	signed           []byte // what the signature is over
	signature        []byte
}

type jwtHeader struct {
	Algorithm string          `json:"alg"`
	KeyID     string          `json:"kid"`
	Critical  json.RawMessage `json:"crit"` // extensions that one must understand; we know of none
}

// ParseJWT takes a token apart. It verifies nothing.
func ParseJWT(token string) (JWT, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return JWT{}, errMalformedJWT
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return JWT{}, errMalformedJWT
		}
	}

	var header jwtHeader
	if safejson.Unmarshal(decoded[0], &header) != nil || header.Critical != nil || !safejson.Valid(decoded[1]) {
		return JWT{}, errMalformedJWT
	}
	return JWT{
		Payload: decoded[1], algorithm: header.Algorithm, keyID: header.KeyID,
		signed: []byte(parts[0] + "." + parts[1]), signature: decoded[2],
	}, nil
}

func (t JWT) verifyRS256(key *rsa.PublicKey) error {
	digest := sha256.Sum256(t.signed)
	if t.algorithm != rs256 || rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], t.signature) != nil {
		return errJWTSignature
	}
	return nil
}

// VerifyHS256 refuses a token that is not signed with the secret.
func (t JWT) VerifyHS256(secret []byte) error {
	mac := hmac.New(sha256.New, secret)
	mac.Write(t.signed)
	if t.algorithm != hs256 || !hmac.Equal(t.signature, mac.Sum(nil)) {
		return errJWTSignature
	}
	return nil
}

// Claims are the registered ones of a JWT (RFC 7519 §4.1) that are checked here.
type Claims struct {
	Issuer    string    `json:"iss"`
	Audience  audience  `json:"aud"`
	Expires   *unixTime `json:"exp"`
	NotBefore *unixTime `json:"nbf"`
	IssuedAt  *unixTime `json:"iat"`
}

// Expired reports whether the token's exp has passed.
func (c Claims) Expired(now time.Time) bool { return c.Expires != nil && !now.Before(c.Expires.time()) }

// NotYetValid reports whether the token's nbf is still to come.
func (c Claims) NotYetValid(now time.Time) bool {
	return c.NotBefore != nil && now.Before(c.NotBefore.time())
}

// checkTimes refuses a token that is not valid at a time, or has no exp.
func (c Claims) checkTimes(now time.Time) error {
	if c.Expires == nil || c.Expired(now) {
		return errJWTExpired
	}
	if c.NotYetValid(now) {
		return errJWTEarly
	}
	return nil
}

// unixTime is seconds since 1970, perhaps with a fraction.
type unixTime float64

func (n unixTime) time() time.Time { return time.UnixMilli(int64(n * 1000)) }

// audience is one name or a list of them.
type audience []string

// UnmarshalJSON reads either form.
func (a *audience) UnmarshalJSON(text []byte) error {
	var one string
	if safejson.Unmarshal(text, &one) == nil {
		*a = audience{one}
		return nil
	}
	return safejson.Unmarshal(text, (*[]string)(a))
}

// several reports whether the list holds more than one name.
func (a audience) several() bool {
	return slices.ContainsFunc(a, func(name string) bool { return name != a[0] })
}

func (a audience) contains(name string) bool { return slices.Contains(a, name) }
