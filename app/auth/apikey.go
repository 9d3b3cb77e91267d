package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/safejson"
)

// APIKey is a key with which a program acts for a user, without the key itself: that is shown once, when it is made.
// Times have whole seconds.
type APIKey struct {
	ID          string // 32 of a-zA-Z0-9
	UserID      string
	Name        *string
	Start       *string // the first characters of the key
	Prefix      *string
	Enabled     bool
	Remaining   *int64 // requests that it may still make; nil for any number
	Permissions *string
	LastRequest *time.Time // to about a minute; nil for never
	ExpiresAt   *time.Time // nil for never
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Scope is what a key may do.
type Scope string

// The scopes.
const (
	ScopeGenerate Scope = "generate" // order images, and delete them
	ScopeRead     Scope = "read"     // see the user, the workflows and the history
	ScopeCredits  Scope = "credits"  // see the balance and the ledger
)

// Scopes are all scopes.
func Scopes() []Scope { return []Scope{ScopeGenerate, ScopeRead, ScopeCredits} }

// ScopeResource is the resource whose actions in a key's permissions are scopes: {"api":["read"]}.
const ScopeResource = "api"

// FormatScopes returns scopes as permissions.
func FormatScopes(scopes []Scope) string {
	text, _ := json.Marshal(map[string][]Scope{ScopeResource: scopes}) // texts always marshal
	return string(text)
}

// allows reports whether the key's permissions contain a scope. A key without permissions may do everything.
func (k APIKey) allows(scope Scope) bool {
	if k.Permissions == nil {
		return true
	}
	var permissions map[string][]Scope
	return safejson.Unmarshal([]byte(*k.Permissions), &permissions) == nil && slices.Contains(permissions[ScopeResource], scope)
}

// Check returns why the key may not be used now; nil if it may. Faults: APIKeyDisabled, APIKeyExpired, APIKeyScope,
// APIKeyUsedUp.
func (k APIKey) Check(scope Scope, now time.Time) error {
	switch {
	case !k.Enabled:
		return fault.New(fault.APIKeyDisabled, "The API key is disabled. Enable it, or use another.")
	case k.ExpiresAt != nil && k.ExpiresAt.Before(now):
		return fault.New(fault.APIKeyExpired, "The API key has expired. Create a new one.")
	case scope == "":
		return fault.New(fault.APIKeyNotAllowed, "API keys cannot be used here. Sign in instead.")
	case !k.allows(scope):
		return fault.New(fault.APIKeyScope, `The API key lacks the scope "`+string(scope)+`". Use one that has it.`)
	case k.Remaining != nil && *k.Remaining <= 0:
		return fault.New(fault.APIKeyUsedUp, "The API key has made all the requests that it may make. Create a new one.")
	}
	return nil
}

// UnknownKey is the error of a key that does not exist, or no longer.
func UnknownKey() error {
	return fault.New(fault.APIKeyInvalid, "The API key is not valid. It may have been deleted.")
}

// Form of keys: a prefix, then random letters, as better-auth makes them.
const (
	defaultPrefix = "adr_"
	maxPrefix     = 32
	keyLetters    = 64
	shownOfKey    = 10 // characters, in APIKey.Start
)

// isKey reports whether a text has the form of a key.
func isKey(text string) bool {
	prefix := len(text) - keyLetters
	if prefix < 0 || prefix > maxPrefix || !isPrefix(text[:prefix]) {
		return false
	}
	for _, char := range []byte(text[prefix:]) {
		if char|0x20 < 'a' || char|0x20 > 'z' {
			return false
		}
	}
	return true
}

func isPrefix(text string) bool { return consistsOf(text, "_-") }

// IsKeyPrefix reports whether a user may choose a prefix of keys. It does not check the length.
func IsKeyPrefix(text string) bool { return text != "" && isPrefix(text) }

// hashKey returns what the database holds of a key. A key has so many random letters that no slow hash is needed.
func hashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
