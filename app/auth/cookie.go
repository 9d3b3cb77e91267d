package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/addreams/addreams/app/js"
)

// The cookies, before the prefix.
const (
	tokenCookie        = "better-auth.session_token"
	cacheCookie        = "better-auth.session_data"
	dontRememberCookie = "better-auth.dont_remember"
	stateCookie        = "better-auth.state"
	commonName         = "better-auth." // which they all begin with
)

// untilClosed is the lifetime of a cookie without Max-Age: it goes when the browser closes.
const untilClosed time.Duration = -1

// cookieFormat is how better-auth writes cookies: names, attributes, signatures.
type cookieFormat struct {
	prefix     string // of every name
	attributes string
	secret     []byte // HMAC key
}

// newCookieFormat makes the format for a public URL: cookies of a site on https are Secure, and named so.
func newCookieFormat(baseURL, secret string) cookieFormat {
	if strings.HasPrefix(baseURL, "https://") {
		return cookieFormat{"__Secure-", "; Path=/; HttpOnly; Secure; SameSite=Lax", []byte(secret)}
	}
	return cookieFormat{"", "; Path=/; HttpOnly; SameSite=Lax", []byte(secret)}
}

// line writes a Set-Cookie header.
func (f cookieFormat) line(name, value string, life time.Duration) string {
	text := f.prefix + name + "=" + value
	if life != untilClosed {
		text += "; Max-Age=" + strconv.FormatInt(int64(life/time.Second), 10)
	}
	return text + f.attributes
}

// mac signs the parts as one text.
func (f cookieFormat) mac(parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, f.secret)
	for _, part := range parts {
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// sign makes a signed value: the value, a dot, its HMAC in base64, percent-encoded.
func (f cookieFormat) sign(value string) string {
	return js.EncodeURIComponent(value + "." + base64.StdEncoding.EncodeToString(f.mac([]byte(value))))
}

// signatureLength is that of 32 bytes in base64 with padding.
const signatureLength = 44

// unsign returns the value of a signed one, decoded already; false if the signature is not ours.
func (f cookieFormat) unsign(signed string) (string, bool) {
	dot := strings.LastIndexByte(signed, '.')
	if dot < 1 {
		return "", false
	}
	value, signature := signed[:dot], signed[dot+1:]
	if len(signature) != signatureLength {
		return "", false
	}
	sent, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || !hmac.Equal(sent, f.mac([]byte(value))) {
		return "", false
	}
	return value, true
}

// sentCookie is one name and value of a Cookie header, as sent.
type sentCookie struct{ name, value string }

// parseCookies reads our cookies from Cookie headers: split at semicolons, names and values trimmed, quotes around a value
// dropped. Of others it keeps nothing.
func (f cookieFormat) parseCookies(headers []string) []sentCookie {
	ours := f.prefix + commonName
	var cookies []sentCookie
	for _, header := range headers {
		for pair := range strings.SplitSeq(header, ";") {
			name, value, found := strings.Cut(strings.TrimSpace(pair), "=")
			if !found || !strings.HasPrefix(name, ours) {
				continue
			}
			value = strings.TrimSpace(value)
			if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
				value = value[1 : len(value)-1]
			}
			cookies = append(cookies, sentCookie{strings.TrimSpace(name), value})
		}
	}
	return cookies
}
