package auth

import "github.com/addreams/addreams/app/js"

// What stands in cookies is signed, and what is signed is the text that JavaScript's JSON.stringify writes.

// AppendJSON appends the user in better-auth's form and key order.
func (u User) AppendJSON(to []byte) []byte {
	to = js.AppendString(append(to, `{"name":`...), u.Name)
	to = js.AppendString(append(to, `,"email":`...), u.Email)
	to = append(to, `,"emailVerified":`...)
	if u.EmailVerified {
		to = append(to, "true"...)
	} else {
		to = append(to, "false"...)
	}
	to = js.AppendNullString(append(to, `,"image":`...), u.Image)
	to = js.AppendDate(append(to, `,"createdAt":`...), u.CreatedAt)
	to = js.AppendDate(append(to, `,"updatedAt":`...), u.UpdatedAt)
	to = js.AppendString(append(to, `,"id":`...), u.ID)
	return append(to, '}')
}

// AppendJSON appends the session in better-auth's form and key order.
func (s Session) AppendJSON(to []byte) []byte {
	to = js.AppendDate(append(to, `{"expiresAt":`...), s.ExpiresAt)
	to = js.AppendString(append(to, `,"token":`...), s.Token)
	to = js.AppendDate(append(to, `,"createdAt":`...), s.CreatedAt)
	to = js.AppendDate(append(to, `,"updatedAt":`...), s.UpdatedAt)
	to = js.AppendNullString(append(to, `,"ipAddress":`...), s.IPAddress)
	to = js.AppendNullString(append(to, `,"userAgent":`...), s.UserAgent)
	to = js.AppendString(append(to, `,"userId":`...), s.UserID)
	to = js.AppendString(append(to, `,"id":`...), s.ID)
	return append(to, '}')
}

// MarshalJSON writes the user as AppendJSON does.
func (u User) MarshalJSON() ([]byte, error) { return u.AppendJSON(make([]byte, 0, 256)), nil }

// MarshalJSON writes the session as AppendJSON does.
func (s Session) MarshalJSON() ([]byte, error) { return s.AppendJSON(make([]byte, 0, 384)), nil }
