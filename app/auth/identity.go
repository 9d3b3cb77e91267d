package auth

import "time"

// MaxProfile is the longest name or image of a user, in bytes.
const MaxProfile = 8 << 10

// User is an account holder. Times have whole seconds, as the database keeps them.
type User struct {
	ID            string // 32 of a-zA-Z0-9
	Name          string
	Email         string // lower case
	EmailVerified bool
	Image         *string // URL, if there is a picture
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Session is one sign-in of a user on one device.
type Session struct {
	ID        string // 32 of a-zA-Z0-9
	Token     string // 32 of a-zA-Z0-9, which the cookie carries, signed
	UserID    string
	IPAddress *string
	UserAgent *string
	ExpiresAt time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

// ValidAt reports whether the session has not expired. It is still valid at the very instant of its end.
func (s Session) ValidAt(now time.Time) bool { return !s.ExpiresAt.Before(now) }

// Identity is a valid session with its user.
type Identity struct {
	Session Session
	User    User
}
