package auth

import "github.com/addreams/addreams/app/stringify"

// What stands in cookies is signed, and what is signed is the text that JavaScript's JSON.stringify writes.

// AppendJSON appends the user in better-auth's form and key order.
func (u User) AppendJSON(to []byte) []byte {
	to = stringify.Text(append(to, `{"name":`...), u.Name)
	to = stringify.Text(append(to, `,"email":`...), u.Email)
	to = append(to, `,"emailVerified":`...)
	if u.EmailVerified {
		to = append(to, "true"...)
	} else {
		to = append(to, "false"...)
	}
	to = stringify.NullText(append(to, `,"image":`...), u.Image)
	to = stringify.Date(append(to, `,"createdAt":`...), u.CreatedAt)
	to = stringify.Date(append(to, `,"updatedAt":`...), u.UpdatedAt)
	to = stringify.Text(append(to, `,"id":`...), u.ID)
	return append(to, '}')
}

// AppendJSON appends the session in better-auth's form and key order.
func (s Session) AppendJSON(to []byte) []byte {
	to = stringify.Date(append(to, `{"expiresAt":`...), s.ExpiresAt)
	to = stringify.Text(append(to, `,"token":`...), s.Token)
	to = stringify.Date(append(to, `,"createdAt":`...), s.CreatedAt)
	to = stringify.Date(append(to, `,"updatedAt":`...), s.UpdatedAt)
	to = stringify.NullText(append(to, `,"ipAddress":`...), s.IPAddress)
	to = stringify.NullText(append(to, `,"userAgent":`...), s.UserAgent)
	to = stringify.Text(append(to, `,"userId":`...), s.UserID)
	to = stringify.Text(append(to, `,"id":`...), s.ID)
	return append(to, '}')
}

// MarshalJSON writes the user as AppendJSON does.
func (u User) MarshalJSON() ([]byte, error) { return u.AppendJSON(make([]byte, 0, 256)), nil }

// MarshalJSON writes the session as AppendJSON does.
func (s Session) MarshalJSON() ([]byte, error) { return s.AppendJSON(make([]byte, 0, 384)), nil }
