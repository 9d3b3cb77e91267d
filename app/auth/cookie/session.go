package cookie

import (
	"time"

	"github.com/addreams/addreams/app/js"
)

// Session is a session as a session cache has it. What a cache signs is text: that which JavaScript's JSON.stringify
// writes, with the members in better-auth's order.
type Session struct {
	ID        string    `json:"id"`
	Token     string    `json:"token"`
	UserID    string    `json:"userId"`
	IPAddress *string   `json:"ipAddress"`
	UserAgent *string   `json:"userAgent"`
	ExpiresAt time.Time `json:"expiresAt"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// AppendJSON appends the session in better-auth's form and order of members.
func (s *Session) AppendJSON(to []byte) []byte {
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

// User is a user as a session cache has it.
type User struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"`
	Email         string    `json:"email"`
	EmailVerified bool      `json:"emailVerified"`
	Image         *string   `json:"image"`
	CreatedAt     time.Time `json:"createdAt"`
	UpdatedAt     time.Time `json:"updatedAt"`
}

// AppendJSON appends the user in better-auth's form and order of members.
func (u *User) AppendJSON(to []byte) []byte {
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
