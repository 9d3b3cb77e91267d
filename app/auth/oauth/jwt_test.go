package oauth

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVerifyJWT(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	signed := func(method jwt.SigningMethod, key any) string {
		text, err := jwt.NewWithClaims(method, jwt.MapClaims{"sub": "ada"}).SignedString(key)
		require.NoError(t, err)
		return text
	}
	secret := []byte("contract-test-secret")
	cases := map[string]struct {
		token      string
		rsa, hmacs bool // whether it passes
	}{
		"RS256":                     {token: signed(jwt.SigningMethodRS256, key), rsa: true},
		"RS256 of another key":      {token: signed(jwt.SigningMethodRS256, other)},
		"RS512":                     {token: signed(jwt.SigningMethodRS512, key)},
		"PS256":                     {token: signed(jwt.SigningMethodPS256, key)},
		"HS256":                     {token: signed(jwt.SigningMethodHS256, secret), hmacs: true},
		"HS256 of another secret":   {token: signed(jwt.SigningMethodHS256, []byte("guess"))},
		"HS256 with the public key": {token: signed(jwt.SigningMethodHS256, key.N.Bytes())},
		"HS512":                     {token: signed(jwt.SigningMethodHS512, secret)},
		"none":                      {token: signed(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType)},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			token, err := ParseJWT(tc.token)
			require.NoError(t, err)
			assert.Equal(t, tc.rsa, token.verifyRS256(&key.PublicKey) == nil)
			assert.Equal(t, tc.hmacs, token.VerifyHS256(secret) == nil)
		})
	}
}

func TestParseJWT(t *testing.T) {
	part := base64.RawURLEncoding.EncodeToString
	header, body := part([]byte(`{"alg":"HS256"}`)), part([]byte(`{}`))
	cases := map[string]struct {
		token string
		ok    bool
	}{
		"three parts":       {header + "." + body + ".", true},
		"two parts":         {header + "." + body, false},
		"four parts":        {header + "." + body + "..", false},
		"padding":           {header + "=." + body + ".", false},
		"header not JSON":   {part([]byte("x")) + "." + body + ".", false},
		"payload not JSON":  {header + "." + part([]byte("x")) + ".", false},
		"unknown extension": {part([]byte(`{"alg":"HS256","crit":["b64"]}`)) + "." + body + ".", false},
		"empty":             {"", false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := ParseJWT(tc.token)
			assert.Equal(t, tc.ok, err == nil)
		})
	}
}

func TestClaims(t *testing.T) {
	now := time.Unix(1_770_000_000, 0)
	cases := map[string]struct {
		text  string
		holds bool
	}{
		"until later":         {`{"exp":1770000001}`, true},
		"until half a second": {`{"exp":1770000000.5}`, true},
		"until now":           {`{"exp":1770000000}`, false},
		"without an end":      {`{}`, false},
		"from now":            {`{"exp":1770000001,"nbf":1770000000}`, true},
		"from later":          {`{"exp":1770000002,"nbf":1770000001}`, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var claims Claims
			require.NoError(t, json.Unmarshal([]byte(tc.text), &claims))
			assert.Equal(t, tc.holds, claims.checkTimes(now) == nil)
		})
	}
	for text, want := range map[string]bool{`"us"`: true, `["them","us"]`: true, `"them"`: false, `[]`: false} {
		var names audience
		require.NoError(t, json.Unmarshal([]byte(text), &names))
		assert.Equal(t, want, names.contains("us"), text)
	}
}
