package auth

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
	maxModulus = 1024        // bytes: what is verified with a longer one takes long
)

type googleClaims struct {
	claims
	Nonce string `json:"nonce"`
	Party string `json:"azp"`
	ID    string `json:"jti"`
}

// verifyGoogleID checks an id_token that a client brings: signed by Google with RS256, for us, not old, and with the
// nonce if one is given.
func verifyGoogleID(
	ctx context.Context, caller platform.HTTPClient, token, audience string, nonce *string, now time.Time,
) (TokenUse, error) {
	document, err := parseJWS(token)
	if err != nil {
		return TokenUse{}, err
	}
	key, err := googleKey(ctx, caller, document.keyID)
	if err != nil {
		return TokenUse{}, err
	}
	if err := document.verifyRS256(key); err != nil {
		return TokenUse{}, err
	}

	var claims googleClaims
	if err := safejson.Unmarshal(document.payload, &claims); err != nil {
		return TokenUse{}, errJWSForm
	}
	if err := claims.checkTimes(now); err != nil {
		return TokenUse{}, err
	}
	if err := claims.checkGoogle(audience, nonce, now); err != nil {
		return TokenUse{}, err
	}

	digest := sha256.Sum256(document.signed)
	return TokenUse{
		Digest: hex.EncodeToString(digest[:]), Expires: claims.Expires.time(), At: now, Once: claims.ID != "",
	}, nil
}

// repetition is for how long a client may send an id_token again that does not name itself by a jti: better-auth takes
// one any number of times, and some clients do send it twice at once.
const repetition = 10 * time.Second

// replayed reports whether a token was used before, as the search for its user found.
func (t TokenUse) replayed(found Candidates) bool {
	return found.FirstUse != nil && (t.Once || t.At.Sub(*found.FirstUse) > repetition)
}

// refuseUsed turns a Store's ErrUsed into what the client is told.
func refuseUsed(err error) error {
	if errors.Is(err, ErrUsed) {
		return errIDToken.Because(err)
	}
	return err
}

func (c googleClaims) checkGoogle(audience string, nonce *string, now time.Time) error {
	switch {
	case c.Issuer != "https://accounts.google.com" && c.Issuer != "accounts.google.com":
		return errors.New("auth: id_token of another issuer")
	case !c.Audience.names(audience):
		return errors.New("auth: id_token for another client")
	case c.Audience.several() && c.Party != "" && c.Party != audience:
		// OpenID Connect Core §3.1.3.7, 4 and 5. With one audience, Google names here the app that asked on our behalf.
		return errors.New("auth: id_token for several clients, and given to another")
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
