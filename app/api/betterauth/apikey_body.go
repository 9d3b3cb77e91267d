package betterauth

import (
	"encoding/json"

	"github.com/addreams/addreams/app/auth"
)

// keyBody is a key in the plugin's form. ReferenceID and ConfigID are the newer plugin's, UserID is the older one's. Keys are
// never refilled and have no limit of their own.
type keyBody struct {
	ID          string  `json:"id"`
	ConfigID    string  `json:"configId"`
	Name        *string `json:"name"`
	Start       *string `json:"start"`
	Prefix      *string `json:"prefix"`
	Key         string  `json:"key,omitempty"` // only when it is made
	UserID      string  `json:"userId"`
	ReferenceID string  `json:"referenceId"`

	RefillInterval *int64  `json:"refillInterval"`
	RefillAmount   *int64  `json:"refillAmount"`
	LastRefillAt   *string `json:"lastRefillAt"`

	Enabled             bool   `json:"enabled"`
	RateLimitEnabled    bool   `json:"rateLimitEnabled"`
	RateLimitTimeWindow *int64 `json:"rateLimitTimeWindow"`
	RateLimitMax        *int64 `json:"rateLimitMax"`
	RequestCount        int64  `json:"requestCount"`
	Remaining           *int64 `json:"remaining"`

	LastRequest *isoDate        `json:"lastRequest"`
	ExpiresAt   *isoDate        `json:"expiresAt"`
	CreatedAt   isoDate         `json:"createdAt"`
	UpdatedAt   isoDate         `json:"updatedAt"`
	Permissions json.RawMessage `json:"permissions"`
	Metadata    *string         `json:"metadata"`
}

func keyBodyOf(key auth.APIKey) keyBody {
	body := keyBody{
		ID: key.ID, ConfigID: "default", Name: key.Name, Start: key.Start, Prefix: key.Prefix,
		UserID: key.UserID, ReferenceID: key.UserID, Enabled: key.Enabled, Remaining: key.Remaining,
		LastRequest: nullDate(key.LastRequest), ExpiresAt: nullDate(key.ExpiresAt),
		CreatedAt: isoDate(key.CreatedAt), UpdatedAt: isoDate(key.UpdatedAt),
	}
	if key.Permissions != nil && json.Valid([]byte(*key.Permissions)) {
		body.Permissions = json.RawMessage(*key.Permissions)
	}
	return body
}
