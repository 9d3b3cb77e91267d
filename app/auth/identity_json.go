package auth

import "github.com/addreams/addreams/app/auth/cookie"

// AppendJSON appends the user in better-auth's form and order of members.
func (u User) AppendJSON(to []byte) []byte { return (*cookie.User)(&u).AppendJSON(to) }

// AppendJSON appends the session in better-auth's form and order of members.
func (s Session) AppendJSON(to []byte) []byte { return (*cookie.Session)(&s).AppendJSON(to) }

// MarshalJSON writes the user as AppendJSON does.
func (u User) MarshalJSON() ([]byte, error) { return u.AppendJSON(make([]byte, 0, 256)), nil }

// MarshalJSON writes the session as AppendJSON does.
func (s Session) MarshalJSON() ([]byte, error) { return s.AppendJSON(make([]byte, 0, 384)), nil }
