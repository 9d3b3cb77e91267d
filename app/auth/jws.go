package auth

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
	errJWSForm      = errors.New("auth: not a JWT")
	errJWSSignature = errors.New("auth: JWT is not signed as it should be")
	errJWTExpired   = errors.New("auth: JWT has expired")
)

// jws is a signed JSON document (RFC 7515 §3.1), not yet verified.
type jws struct {
	algorithm, keyID string
	payload          json.RawMessage
	signed           []byte // what the signature is over
	signature        []byte
}

type jwsHeader struct {
	Algorithm string          `json:"alg"`
	KeyID     string          `json:"kid"`
	Critical  json.RawMessage `json:"crit"` // extensions that one must understand; we know of none
}

func parseJWS(token string) (jws, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return jws{}, errJWSForm
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return jws{}, errJWSForm
		}
	}
	var header jwsHeader
	if safejson.Unmarshal(decoded[0], &header) != nil || header.Critical != nil || !safejson.Valid(decoded[1]) {
		return jws{}, errJWSForm
	}
	return jws{header.Algorithm, header.KeyID, decoded[1], []byte(parts[0] + "." + parts[1]), decoded[2]}, nil
}

func (j jws) verifyRS256(key *rsa.PublicKey) error {
	digest := sha256.Sum256(j.signed)
	if j.algorithm != rs256 || rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], j.signature) != nil {
		return errJWSSignature
	}
	return nil
}

func (j jws) verifyHS256(secret []byte) error {
	mac := hmac.New(sha256.New, secret)
	mac.Write(j.signed)
	if j.algorithm != hs256 || !hmac.Equal(j.signature, mac.Sum(nil)) {
		return errJWSSignature
	}
	return nil
}

// claims are the registered ones of a JWT (RFC 7519 §4.1) that we check.
type claims struct {
	Issuer    string      `json:"iss"`
	Audience  audience    `json:"aud"`
	Expires   *unixNumber `json:"exp"`
	NotBefore *unixNumber `json:"nbf"`
	IssuedAt  *unixNumber `json:"iat"`
}

// over tells whether the document says that it held until a time before.
func (c claims) over(now time.Time) bool { return c.Expires != nil && !now.Before(c.Expires.time()) }

// early tells whether the document says that it holds from a later time on.
func (c claims) early(now time.Time) bool {
	return c.NotBefore != nil && now.Before(c.NotBefore.time())
}

// checkTimes refuses a document that does not hold at a time, or says of no time that it ends.
func (c claims) checkTimes(now time.Time) error {
	if c.Expires == nil || c.over(now) {
		return errJWTExpired
	}
	if c.early(now) {
		return errors.New("auth: JWT does not hold yet")
	}
	return nil
}

// unixNumber is seconds since 1970, perhaps with a fraction.
type unixNumber float64

func (n unixNumber) time() time.Time { return time.UnixMilli(int64(n * 1000)) }

// audience is one name or a list of them.
type audience []string

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

func (a audience) names(name string) bool { return slices.Contains(a, name) }
