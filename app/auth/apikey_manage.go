package auth

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/addreams/addreams/app/js"
)

// The limits of keys, which are better-auth's.
const (
	maxKeyName = 32 // UTF-16 units
	minKeyLife = 24 * time.Hour
	maxKeyLife = 365 * 24 * time.Hour
	maxKeys    = 100 // of a user
)

var (
	errKeyNotFound  = Refuse(http.StatusNotFound, "API Key not found")
	errKeyName      = Refuse(http.StatusBadRequest, "The name length is either too large or too small.")
	errKeyPrefix    = Refuse(http.StatusBadRequest, "The prefix length is either too large or too small.")
	errKeyLifeSmall = Refuse(http.StatusBadRequest, "The expiresIn is smaller than the predefined minimum value.")
	errKeyLifeLarge = Refuse(http.StatusBadRequest, "The expiresIn is larger than the predefined maximum value.")
	errNoKeyValues  = Refuse(http.StatusBadRequest, "No values to update.")
	errTooManyKeys  = Refuse(http.StatusForbidden, "You have too many API keys. Delete one first.")

	// ErrKeyNotAllowed refuses an API key where only a user who is signed in may act.
	ErrKeyNotAllowed = refuseAs(http.StatusForbidden, "API_KEY_NOT_ALLOWED", "API keys cannot be used for accounts, sessions and keys. Sign in instead.")
)

// KeyForm is a key as its user asks for it.
type KeyForm struct {
	Name      *string
	Prefix    string // "" for the default
	ExpiresIn time.Duration
	Remaining *int64
	Scopes    []Scope // nil for all
}

// NewKey is a key to be inserted.
type NewKey struct {
	APIKey
	Hash string
	Max  int // keys of the user, with this one
}

// KeyPatch is a change of a key.
type KeyPatch struct {
	Name      *string
	Enabled   *bool
	SetExpiry bool // ExpiresIn takes the place of the expiry; zero for never
	ExpiresIn time.Duration
	Remaining *int64
	SetScopes bool
	Scopes    []Scope // nil for all
}

// CreateKey makes a key for the caller. It returns the key itself, which nobody can read again.
func (s *Service) CreateKey(ctx context.Context, v *Visit, caller Identity, form KeyForm) (APIKey, string, error) {
	if err := errors.Join(checkKeyLife(form.ExpiresIn), checkKeyName(form.Name)); err != nil {
		return APIKey{}, "", err
	}
	prefix := form.Prefix
	if prefix == "" {
		prefix = defaultPrefix
	}
	if len(prefix) > maxPrefix {
		return APIKey{}, "", errKeyPrefix
	}

	key := prefix + randomText(keyLetters, letters)
	start, permissions, at := key[:shownOfKey], FormatScopes(Scopes()), v.Now.Truncate(time.Second)
	if form.Scopes != nil {
		permissions = FormatScopes(form.Scopes)
	}
	made := APIKey{
		ID: newID(), UserID: caller.User.ID, Name: form.Name, Start: &start, Prefix: &prefix, Enabled: true,
		Remaining: form.Remaining, Permissions: &permissions, CreatedAt: at, UpdatedAt: at,
	}
	if form.ExpiresIn > 0 {
		expires := at.Add(form.ExpiresIn)
		made.ExpiresAt = &expires
	}

	added, err := s.store.AddKey(ctx, caller.Session, NewKey{made, hashKey(key), maxKeys})
	if err == nil && !added {
		err = errTooManyKeys
	}
	return made, key, goneIsSignedOut(err)
}

// Keys lists the keys of the caller, oldest first. A session cache is proof enough, as in Sessions.
func (s *Service) Keys(ctx context.Context, v *Visit) (Identity, []APIKey, error) {
	return readOwned(ctx, s, v, false, s.store.Keys)
}

// Key is Keys for one key.
func (s *Service) Key(ctx context.Context, v *Visit, id string) (Identity, APIKey, error) {
	identity, keys, err := s.Keys(ctx, v)
	if err != nil {
		return identity, APIKey{}, err
	}
	for _, key := range keys {
		if key.ID == id {
			return identity, key, nil
		}
	}
	return identity, APIKey{}, errKeyNotFound
}

// UpdateKey changes a key of the caller, and returns it as it is then.
func (s *Service) UpdateKey(ctx context.Context, v *Visit, caller Identity, id string, patch KeyPatch) (APIKey, error) {
	if patch.Name == nil && patch.Enabled == nil && !patch.SetExpiry && patch.Remaining == nil && !patch.SetScopes {
		return APIKey{}, errNoKeyValues
	}
	if err := errors.Join(checkKeyName(patch.Name), checkKeyLife(patch.ExpiresIn)); err != nil {
		return APIKey{}, err
	}

	key, found, err := s.store.UpdateKey(ctx, caller.Session, id, patch, v.Now)
	if err == nil && !found {
		err = errKeyNotFound
	}
	return key, goneIsSignedOut(err)
}

// DeleteKey removes a key of the caller. The next request with it is refused.
func (s *Service) DeleteKey(ctx context.Context, caller Identity, id string) error {
	found, err := s.store.DropKey(ctx, caller.Session, id)
	if err == nil && !found {
		err = errKeyNotFound
	}
	return goneIsSignedOut(err)
}

func checkKeyName(name *string) error {
	if name != nil && (*name == "" || js.Length(*name) > maxKeyName) {
		return errKeyName
	}
	return nil
}

// checkKeyLife checks how long a key lives; zero is for ever.
func checkKeyLife(life time.Duration) error {
	switch {
	case life == 0:
		return nil
	case life < minKeyLife:
		return errKeyLifeSmall
	case life > maxKeyLife:
		return errKeyLifeLarge
	}
	return nil
}
