package auth

import (
	"context"
	"crypto/rsa"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/addreams/addreams/app/outbound"
	"github.com/addreams/addreams/app/safejson"
)

const (
	googleKeys = "https://www.googleapis.com/oauth2/v3/certs"
	maxIDAge   = time.Hour
	clockSkew  = time.Minute // between our clock and Google's
	maxModulus = 1024        // bytes: what is verified with a longer one takes long
)

type googleClaims struct {
	claims
	Nonce string `json:"nonce"`
}

// verifyGoogleID checks an id_token that a client brings: signed by Google with RS256, for us, not old, and with the
// nonce if one is given.
func verifyGoogleID(ctx context.Context, caller outbound.Caller, token, audience string, nonce *string, now time.Time) error {
	document, err := parseJWS(token)
	if err != nil {
		return err
	}
	key, err := googleKey(ctx, caller, document.keyID)
	if err != nil {
		return err
	}
	if err := document.verifyRS256(key); err != nil {
		return err
	}
	var claims googleClaims
	if err := safejson.Unmarshal(document.payload, &claims); err != nil {
		return errJWSForm
	}
	if err := claims.checkTimes(now); err != nil {
		return err
	}
	return claims.checkGoogle(audience, nonce, now)
}

func (c googleClaims) checkGoogle(audience string, nonce *string, now time.Time) error {
	switch {
	case c.Issuer != "https://accounts.google.com" && c.Issuer != "accounts.google.com":
		return errors.New("auth: id_token of another issuer")
	case !c.Audience.names(audience):
		return errors.New("auth: id_token for another client")
	case c.IssuedAt == nil || now.Sub(c.IssuedAt.time()) > maxIDAge:
		return errors.New("auth: id_token is old")
	case c.IssuedAt.time().Sub(now) > clockSkew:
		return errors.New("auth: id_token is of the future")
	case nonce != nil && *nonce != "" && subtle.ConstantTimeCompare([]byte(*nonce), []byte(c.Nonce)) != 1:
		return errors.New("auth: id_token has another nonce")
	}
	return nil
}

// googleKey fetches Google's signing keys (RFC 7517) and picks one by its id.
func googleKey(ctx context.Context, caller outbound.Caller, kid string) (*rsa.PublicKey, error) {
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
	return nil, fmt.Errorf("google has no key %q", kid)
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
