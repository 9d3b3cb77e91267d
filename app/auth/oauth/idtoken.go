package oauth

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"math/big"
	"time"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/safejson"
)

const (
	googleKeys = "https://www.googleapis.com/oauth2/v3/certs"
	maxIDAge   = time.Hour
	clockSkew  = time.Minute // between our clock and Google's
	maxModulus = 1024        // bytes: with a longer one, verifying takes long
)

// TokenUse is the use of an id_token that a client brought.
type TokenUse struct {
	Digest      string
	Expires, At time.Time
	Once        bool   // the token names itself by a jti: it is never used twice
	Client      string // digest of the token and who brings it, set by the caller; not needed if Once
}

type googleClaims struct {
	Claims
	Nonce string `json:"nonce"`
	Party string `json:"azp"`
	ID    string `json:"jti"`
}

// verifyGoogleIDToken checks an id_token that a client brings: signed by Google with RS256, for us, not old, and with the
// nonce if one is given.
func verifyGoogleIDToken(ctx context.Context, p Provider, text string, nonce *string) (TokenUse, error) {
	token, err := ParseJWT(text)
	if err != nil {
		return TokenUse{}, err
	}
	key, err := googleKey(ctx, p.http, token.keyID)
	if err != nil {
		return TokenUse{}, err
	}
	if err := token.verifyRS256(key); err != nil {
		return TokenUse{}, err
	}

	var claims googleClaims
	if err := safejson.Unmarshal(token.Payload, &claims); err != nil {
		return TokenUse{}, errMalformedJWT
	}
	now := p.now()
	if err := claims.checkTimes(now); err != nil {
		return TokenUse{}, err
	}
	if err := claims.checkGoogle(p.client.ID, nonce, now); err != nil {
		return TokenUse{}, err
	}

	digest := sha256.Sum256(token.signed)
	return TokenUse{
		Digest: hex.EncodeToString(digest[:]), Expires: claims.Expires.time(), At: now, Once: claims.ID != "",
	}, nil
}

func (c googleClaims) checkGoogle(clientID string, nonce *string, now time.Time) error {
	switch {
	case c.Issuer != "https://accounts.google.com" && c.Issuer != "accounts.google.com":
		return errors.New("id_token of another issuer")
	case !c.Audience.contains(clientID):
		return errors.New("id_token for another client")
	case c.Audience.several() && c.Party != "" && c.Party != clientID:
		// OpenID Connect Core §3.1.3.7, 4 and 5. With one audience, Google names here the app that asked on our behalf.
		return errors.New("id_token for several clients, and given to another")
	case c.IssuedAt == nil || now.Sub(c.IssuedAt.time()) > maxIDAge:
		return errors.New("id_token is old")
	case c.IssuedAt.time().Sub(now) > clockSkew:
		return errors.New("id_token was issued in the future")
	case nonce != nil && *nonce != "" && subtle.ConstantTimeCompare([]byte(*nonce), []byte(c.Nonce)) != 1:
		return errors.New("id_token has another nonce")
	}
	return nil
}

// googleKey fetches Google's signing keys (RFC 7517) and picks one by its id.
func googleKey(ctx context.Context, caller platform.HTTPClient, kid string) (*rsa.PublicKey, error) {
	document, err := fetchJSON(ctx, caller, googleKeys, "")
	if err != nil {
		return nil, err
	}
	var set struct {
		Keys []struct {
			ID       string `json:"kid"`
			Type     string `json:"kty"`
			Modulus  string `json:"n"`
			Exponent string `json:"e"`
		} `json:"keys"`
	}
	if err := safejson.Unmarshal(document, &set); err != nil {
		return nil, err
	}

	for _, key := range set.Keys {
		if key.ID == kid && key.Type == "RSA" {
			return rsaKey(key.Modulus, key.Exponent)
		}
	}
	return nil, errors.New("google has no key with the kid of the id_token")
}

// rsaKey reads the numbers of a key (RFC 7518 §6.3.1): big-endian, base64url.
func rsaKey(modulus, exponent string) (*rsa.PublicKey, error) {
	n, err := base64.RawURLEncoding.DecodeString(modulus)
	if err != nil {
		return nil, err
	}
	e, err := base64.RawURLEncoding.DecodeString(exponent)
	if err != nil {
		return nil, err
	}
	if len(e) == 0 || len(e) > 4 || len(n) > maxModulus {
		return nil, errors.New("google's key has numbers of a strange size")
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
}
