// Package cookie has the forms that better-auth gives to what a browser keeps: names and attributes of cookies, signed
// values, the session cache, and the OAuth state that belongs to the state cookie. They are fixed, because the cookies of
// existing users must stay valid. It knows no rule of who is signed in, and no database.
package cookie

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/addreams/addreams/app/js"
)

// The cookies, before the prefix.
const (
	TokenName        = "better-auth.session_token"
	CacheName        = "better-auth.session_data"
	DontRememberName = "better-auth.dont_remember"
	StateName        = "better-auth.state"

	commonName = "better-auth." // which they all begin with
)

// UntilClosed is the lifetime of a cookie without Max-Age: it ends when the browser closes.
const UntilClosed time.Duration = -1

// Format is how better-auth writes cookies: names, attributes, signatures.
type Format struct {
	prefix     string // of every name
	attributes string
	macs       *sync.Pool // of hash.Hash: HMACs with the key, which have digested it already
}

// NewFormat returns the format for a public URL: cookies of a site on https are Secure, and named so.
func NewFormat(baseURL, secret string) Format {
	macs := &sync.Pool{New: func() any { return hmac.New(sha256.New, []byte(secret)) }}
	if strings.HasPrefix(baseURL, "https://") {
		return Format{"__Secure-", "; Path=/; HttpOnly; Secure; SameSite=Lax", macs}
	}
	return Format{"", "; Path=/; HttpOnly; SameSite=Lax", macs}
}

// line writes a Set-Cookie header.
func (f Format) line(name, value string, life time.Duration) string {
	text := f.prefix + name + "=" + value
	if life != UntilClosed {
		text += "; Max-Age=" + strconv.FormatInt(int64(life/time.Second), 10)
	}
	return text + f.attributes
}

// MAC returns the HMAC of the parts as one text.
func (f Format) MAC(parts ...[]byte) []byte {
	mac := f.macs.Get().(hash.Hash)
	defer f.macs.Put(mac)
	mac.Reset()
	for _, part := range parts {
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// sign makes a signed value: the value, a dot, its HMAC in base64, percent-encoded.
func (f Format) sign(value string) string {
	return js.EncodeURIComponent(value + "." + base64.StdEncoding.EncodeToString(f.MAC([]byte(value))))
}

// signatureLength is that of 32 bytes in base64 with padding.
const signatureLength = 44

// unsign returns the value of a signed one that is decoded already; false if the signature is not ours.
func (f Format) unsign(signed string) (string, bool) {
	dot := strings.LastIndexByte(signed, '.')
	if dot < 1 {
		return "", false
	}
	value, signature := signed[:dot], signed[dot+1:]
	if len(signature) != signatureLength {
		return "", false
	}

	sent, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || !hmac.Equal(sent, f.MAC([]byte(value))) {
		return "", false
	}
	return value, true
}
