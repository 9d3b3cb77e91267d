package auth

import (
	"bytes"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"time"
)

// How long a session cache vouches for its session.
const (
	cacheLife     = 5 * time.Minute
	cacheLifeOpen = time.Minute // with a session that ends when the browser closes
	cacheVersion  = "1"
)

// cached is a session cache that holds: who it vouches for, and the texts that it says it in.
type cached struct {
	identity      Identity
	session, user json.RawMessage
}

// cacheEnvelope is the cookie's JSON. The signature covers the text of Session with expiresAt as its last key.
type cacheEnvelope struct {
	Session   json.RawMessage `json:"session"`
	ExpiresAt json.RawMessage `json:"expiresAt"` // milliseconds
	Signature string          `json:"signature"`
}

type cacheContent struct {
	Session json.RawMessage `json:"session"`
	User    json.RawMessage `json:"user"`
	Version string          `json:"version"`
}

// writeCache makes the value of a session cache.
func (f cookieFormat) writeCache(identity Identity, now time.Time, life time.Duration) string {
	content := identity.Session.AppendJSON([]byte(`{"session":`))
	content = identity.User.AppendJSON(append(content, `,"user":`...))
	content = strconv.AppendInt(append(content, `,"updatedAt":`...), now.UnixMilli(), 10)
	content = append(content, `,"version":"`+cacheVersion+`"}`...)
	expires := strconv.AppendInt(nil, now.Add(life).UnixMilli(), 10)

	envelope := append([]byte(`{"session":`), content...)
	envelope = append(append(envelope, `,"expiresAt":`...), expires...)
	envelope = append(envelope, `,"signature":"`+f.cacheSignature(content, expires)+`"}`...)
	return base64.RawURLEncoding.EncodeToString(envelope)
}

// cacheSignature signs the text that JavaScript would write of {...content, expiresAt}.
func (f cookieFormat) cacheSignature(content, expires []byte) string {
	open := bytes.TrimSuffix(content, []byte{'}'})
	return base64.RawURLEncoding.EncodeToString(f.mac(open, []byte(`,"expiresAt":`), expires, []byte{'}'}))
}

// What a session cache may lack.
var (
	errCacheGarbled = errors.New("auth: session cache is not in our form")
	errCacheForged  = errors.New("auth: session cache has a wrong signature")
	errCacheOver    = errors.New("auth: session cache is over")
)

// readCache returns what a session cache vouches for. What was signed is compared as text, so that no value is misread
// on the way (a name that looks like a date, for one).
func (f cookieFormat) readCache(value string, now time.Time) (cached, error) {
	text, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return cached{}, errCacheGarbled
	}
	var envelope cacheEnvelope
	if json.Unmarshal(text, &envelope) != nil {
		return cached{}, errCacheGarbled
	}
	signature := f.cacheSignature(envelope.Session, envelope.ExpiresAt)
	if !hmac.Equal([]byte(signature), []byte(envelope.Signature)) {
		return cached{}, errCacheForged
	}
	var content cacheContent
	if json.Unmarshal(envelope.Session, &content) != nil {
		return cached{}, errCacheGarbled
	}
	expires, err := strconv.ParseInt(string(envelope.ExpiresAt), 10, 64)
	identity, complete := content.identity()
	if err != nil || !complete {
		return cached{}, errCacheGarbled
	}
	if content.Version != cacheVersion || expires < now.UnixMilli() || identity.Session.ExpiresAt.Before(now) {
		return cached{}, errCacheOver
	}
	return cached{identity, content.Session, content.User}, nil
}

type cachedSession struct {
	ExpiresAt time.Time `json:"expiresAt"`
	Token     string    `json:"token"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	IPAddress *string   `json:"ipAddress"`
	UserAgent *string   `json:"userAgent"`
	UserID    string    `json:"userId"`
	ID        string    `json:"id"`
}

type cachedUser struct {
	Name          string    `json:"name"`
	Email         string    `json:"email"`
	EmailVerified bool      `json:"emailVerified"`
	Image         *string   `json:"image"`
	CreatedAt     time.Time `json:"createdAt"`
	UpdatedAt     time.Time `json:"updatedAt"`
	ID            string    `json:"id"`
}

// identity reads the values; false if they name no user or no time until which the session holds.
func (c cacheContent) identity() (Identity, bool) {
	var s cachedSession
	var u cachedUser
	if json.Unmarshal(c.Session, &s) != nil || json.Unmarshal(c.User, &u) != nil || u.ID == "" || s.ExpiresAt.IsZero() {
		return Identity{}, false
	}
	return Identity{
		Session: Session{s.ID, s.Token, s.UserID, s.IPAddress, s.UserAgent, s.ExpiresAt, s.CreatedAt, s.UpdatedAt},
		User:    User{u.ID, u.Name, u.Email, u.EmailVerified, u.Image, u.CreatedAt, u.UpdatedAt},
	}, true
}
