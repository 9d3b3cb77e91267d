package auth

import (
	"context"
	"crypto/rsa"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/addreams/addreams/app/outbound"
)

const (
	googleKeys = "https://www.googleapis.com/oauth2/v3/certs"
	maxIDAge   = time.Hour
)

type googleClaims struct {
	jwt.RegisteredClaims
	Nonce string `json:"nonce"`
}

// verifyGoogleID checks an id_token that a client brings: signed by Google with RS256, for us, not old, and with the
// nonce if one is given.
func verifyGoogleID(ctx context.Context, caller outbound.Caller, token, audience string, nonce *string, now func() time.Time) error {
	var claims googleClaims
	key := func(unverified *jwt.Token) (any, error) {
		kid, _ := unverified.Header["kid"].(string)
		return googleKey(ctx, caller, kid)
	}
	_, err := jwt.ParseWithClaims(token, &claims, key,
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(now))
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"https://accounts.google.com", "accounts.google.com"}, claims.Issuer) {
		return errors.New("id_token of another issuer")
	}
	if claims.IssuedAt == nil || now().Sub(claims.IssuedAt.Time) > maxIDAge {
		return errors.New("id_token is old")
	}
	if nonce != nil && *nonce != "" && subtle.ConstantTimeCompare([]byte(*nonce), []byte(claims.Nonce)) != 1 {
		return errors.New("id_token has another nonce")
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
	if err := json.Unmarshal(document, &set); err != nil {
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
	if len(e) == 0 || len(e) > 4 {
		return nil, errors.New("google's key has an exponent of a strange size")
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
}

// payloadOf returns the claims of a JWT, unverified.
func payloadOf(token string) (json.RawMessage, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errors.New("not a JWT")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, err
	}
	if !json.Valid(payload) {
		return nil, errors.New("not a JWT")
	}
	return payload, nil
}
