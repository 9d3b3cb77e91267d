package cookie

import (
	"bytes"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/addreams/addreams/app/safejson"
)

const (
	cacheVersion = "1"
	maxCache     = 32 << 10 // bytes of a value that is read: servers take no more of all headers together
)

// Cache is a session cache whose signature is good and whose time has not passed.
type Cache struct {
	Session   Session
	User      User
	WrittenAt time.Time
	Content   []byte // the signed text: {"session":…,"user":…,"updatedAt":…,"version":…}
}

// FormatCache returns the value of a session cache that is valid for a while.
func (f Format) FormatCache(session Session, user User, now time.Time, life time.Duration) string {
	content := session.AppendJSON([]byte(`{"session":`))
	content = user.AppendJSON(append(content, `,"user":`...))
	content = strconv.AppendInt(append(content, `,"updatedAt":`...), now.UnixMilli(), 10)
	content = append(content, `,"version":"`+cacheVersion+`"}`...)
	expires := strconv.AppendInt(nil, now.Add(life).UnixMilli(), 10)

	envelope := append([]byte(`{"session":`), content...)
	envelope = append(envelope, `,"expiresAt":`...)
	envelope = append(envelope, expires...)
	envelope = append(envelope, `,"signature":"`+f.cacheSignature(content, expires)+`"}`...)
	return base64.RawURLEncoding.EncodeToString(envelope)
}

// cacheSignature signs the text that JavaScript would write of {...content, expiresAt}.
func (f Format) cacheSignature(content, expires []byte) string {
	open := bytes.TrimSuffix(content, []byte{'}'})
	return base64.RawURLEncoding.EncodeToString(f.MAC(open, []byte(`,"expiresAt":`), expires, []byte{'}'}))
}

// Why a session cache does not count.
var (
	ErrCacheMalformed = errors.New("cookie: malformed session cache")
	ErrCacheForged    = errors.New("cookie: session cache has a wrong signature")
	ErrCacheExpired   = errors.New("cookie: session cache has expired")
	ErrCacheForeign   = errors.New("cookie: session cache is of another session than the token")
)

// ParseCache reads a session cache; an error that is one of those above if it does not count. Whether its session is still
// valid is for the caller to say. The signature is over text, so it is checked before anything is parsed, and no value is
// misread on the way (a name that looks like a date, for one).
func (f Format) ParseCache(value string, now time.Time) (Cache, error) {
	if len(value) > maxCache {
		return Cache{}, ErrCacheMalformed
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(value, "="))
	if err != nil {
		return Cache{}, ErrCacheMalformed
	}

	content, expires, signature, complete := cutEnvelope(text)
	if !complete || !hmac.Equal([]byte(f.cacheSignature(content, expires)), signature) {
		return Cache{}, unsignedCache(text)
	}

	read, err := parseContent(content)
	until, malformed := strconv.ParseInt(string(expires), 10, 64)
	if err != nil || malformed != nil || read.User.ID == "" || read.Session.ExpiresAt.IsZero() {
		return Cache{}, ErrCacheMalformed
	}
	if read.Version != cacheVersion || until < now.UnixMilli() {
		return Cache{}, ErrCacheExpired
	}
	return Cache{read.Session, read.User, time.UnixMilli(int64(read.UpdatedAt)), content}, nil
}

// unsignedCache returns what better-auth makes of a text that we did not sign: nothing, if it is not JSON or is a value that
// JavaScript takes for false.
func unsignedCache(text []byte) error {
	if !safejson.Valid(text) {
		return ErrCacheMalformed
	}

	switch value := bytes.TrimSpace(text); value[0] {
	case 'n', 'f':
		return ErrCacheMalformed
	case '"':
		if len(value) == len(`""`) {
			return ErrCacheMalformed
		}
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if number, err := strconv.ParseFloat(string(value), 64); err != nil || number == 0 {
			return ErrCacheMalformed
		}
	}
	return ErrCacheForged
}

// cutEnvelope finds the parts of {"session":content,"expiresAt":expires,"signature":"signature"}, the one text that
// JSON.stringify makes of a cache.
func cutEnvelope(text []byte) (content, expires, signature []byte, complete bool) {
	text, begins := bytes.CutPrefix(text, []byte(`{"session":`))
	text, ends := bytes.CutSuffix(text, []byte(`"}`))
	end := bytes.LastIndex(text, []byte(`,"expiresAt":`))
	if !begins || !ends || end < 0 {
		return nil, nil, nil, false
	}
	expires, signature, complete = bytes.Cut(text[end+len(`,"expiresAt":`):], []byte(`,"signature":"`))
	return text[:end], expires, signature, complete
}

type cacheContent struct {
	Session   Session `json:"session"`
	User      User    `json:"user"`
	UpdatedAt float64 `json:"updatedAt"` // milliseconds
	Version   string  `json:"version"`
}

// parseContent reads a content, whatever JSON it is.
func parseContent(content []byte) (cacheContent, error) {
	if read, usual := scanContent(content); usual {
		return read, nil
	}
	var read cacheContent
	err := safejson.Unmarshal(content, &read)
	return read, err
}
