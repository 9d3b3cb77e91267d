package auth

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

// How long a session cache vouches for its session.
const (
	cacheLife     = 5 * time.Minute
	cacheLifeOpen = time.Minute // with a session that ends when the browser closes
	cacheVersion  = "1"
	maxCache      = 32 << 10 // bytes of a value that is read: servers take no more of all headers together

	// cacheSkew is by how much the clocks of two isolates may differ, and how long after its time a cut-off may be written.
	// A session cache that was written up to so much later does not count: the session decides, in the same trip.
	cacheSkew = time.Minute
)

// cached is a session cache that holds: who it vouches for, and the signed text that it says it in.
type cached struct {
	identity Identity
	since    time.Time // when it was written, less what clocks may differ by
	content  []byte    // {"session":…,"user":…,"updatedAt":…,"version":…}
}

// current shows the session as the cache has it, to the letter.
func (c cached) current() (*Current, error) {
	var current Current
	err := safejson.Unmarshal(c.content, &current)
	return &current, err
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

// readCache returns what a session cache vouches for. The signature is over text, so it is checked before anything is
// parsed, and no value is misread on the way (a name that looks like a date, for one).
func (f cookieFormat) readCache(value string, now time.Time) (cached, error) {
	if len(value) > maxCache {
		return cached{}, errCacheGarbled
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(value, "="))
	if err != nil {
		return cached{}, errCacheGarbled
	}
	content, expires, signature, complete := cutEnvelope(text)
	if !complete || !hmac.Equal([]byte(f.cacheSignature(content, expires)), signature) {
		return cached{}, unsignedCache(text)
	}
	claims, usual := readCacheText(content)
	if !usual {
		claims = cacheContent{}
		err = safejson.Unmarshal(content, &claims)
	}
	until, malformed := strconv.ParseInt(string(expires), 10, 64)
	if err != nil || malformed != nil || claims.User.ID == "" || claims.Session.ExpiresAt.IsZero() {
		return cached{}, errCacheGarbled
	}
	identity := claims.identity()
	if claims.Version != cacheVersion || until < now.UnixMilli() || !identity.Session.ValidAt(now) {
		return cached{}, errCacheOver
	}
	since := time.UnixMilli(int64(claims.UpdatedAt)).Add(-cacheSkew)
	return cached{identity, since, content}, nil
}

// unsignedCache tells what better-auth makes of a text that we did not sign: nothing, if it is no JSON or a value that
// JavaScript takes for false.
func unsignedCache(text []byte) error {
	if !safejson.Valid(text) {
		return errCacheGarbled
	}
	switch value := bytes.TrimSpace(text); value[0] {
	case 'n', 'f':
		return errCacheGarbled
	case '"':
		if len(value) == len(`""`) {
			return errCacheGarbled
		}
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if number, err := strconv.ParseFloat(string(value), 64); err != nil || number == 0 {
			return errCacheGarbled
		}
	}
	return errCacheForged
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
	Session   cachedSession `json:"session"`
	User      cachedUser    `json:"user"`
	UpdatedAt float64       `json:"updatedAt"` // milliseconds
	Version   string        `json:"version"`
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

func (c *cacheContent) identity() Identity {
	s, u := &c.Session, &c.User
	return Identity{
		Session: Session{s.ID, s.Token, s.UserID, s.IPAddress, s.UserAgent, s.ExpiresAt, s.CreatedAt, s.UpdatedAt},
		User:    User{u.ID, u.Name, u.Email, u.EmailVerified, u.Image, u.CreatedAt, u.UpdatedAt},
	}
}
