// Package seed fills a development database with sample users: generations in every state, their pictures, and the ledger that
// belongs to them. It writes through the store, as the service does, so that rows agree with each other. It must not know
// which database it is given, or who may be signed in where: its caller decides that.
package seed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/store"
	"github.com/addreams/addreams/app/studio"
)

// Bucket keeps the pictures.
type Bucket interface {
	Put(ctx context.Context, key string, body io.Reader, options platform.PutOptions) error
}

// Target is what is filled.
type Target struct {
	DB           d1.Database // with all migrations
	Bucket       Bucket
	PasswordHash string // of every sample user, as auth.HashPassword returns it
	Now          time.Time
}

// ErrDisturbed is the error of a run whose rows somebody else has changed meanwhile.
var ErrDisturbed = errors.New("another run is writing the same users")

// Fill writes the sample users, and returns them as an operator sees them. What an earlier run wrote is replaced, with all that
// was made as those users since. A run that is cut off or disturbed leaves a part, which the next one replaces.
func (t Target) Fill(ctx context.Context) ([]store.UserRecord, error) {
	var written []store.UserRecord
	for _, user := range users {
		if err := t.fill(ctx, user); disturbed(err) {
			return nil, fmt.Errorf("%s: %w", user.email, ErrDisturbed)
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", user.email, err)
		}
	}

	for _, user := range users {
		found, err := store.New(t.DB).FindUsers(ctx, store.UserQuery{Text: user.id(), At: t.Now, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(found) != 1 || found[0].Generations != int64(len(user.orders)) {
			return nil, fmt.Errorf("%s: %w", user.email, ErrDisturbed)
		}
		written = append(written, found...)
	}
	return written, nil
}

// disturbed reports whether an error comes from rows that are there, or gone, although this run has left them otherwise.
func disturbed(err error) bool {
	var refused *d1.Error
	var known *fault.Error
	return errors.As(err, &known) && known.Err == nil || errors.As(err, &refused) && strings.Contains(refused.Message, "constraint failed")
}

func (t Target) fill(ctx context.Context, user user) error {
	if _, err := t.DB.Batch(ctx, user.clear()...); err != nil {
		return err
	}
	kept := store.New(t.DB)
	kept.FreeCredits = user.credits
	session, err := t.signUp(ctx, kept, user)
	if err != nil {
		return err
	}

	for number, order := range user.orders {
		g := generation{order, studio.Charge{GenerationID: user.generationID(number), UserID: user.id(), Workflow: order.workflow}, t.Now.Add(-order.age)}
		if err := t.carryOut(ctx, kept, g, session); err != nil {
			return err
		}
	}
	if user.grant == (studio.Balance{}) {
		return nil
	}
	_, err = kept.Grant(ctx, studio.Grant{UserID: user.id(), Credits: user.grant, Note: "a sample of a grant", At: t.Now.Add(-day)})
	return err
}

// signUp adds the user with a session that has expired: orders need one, and nobody else may use it.
func (t Target) signUp(ctx context.Context, kept *store.Store, user user) (sessionID string, err error) {
	at, id := t.Now.Add(-8*day), user.id()
	session := auth.Session{ID: id, Token: id, UserID: id, ExpiresAt: at, CreatedAt: at, UpdatedAt: at}
	account := auth.Account{
		ID: id, ProviderID: auth.Credential, AccountID: id, UserID: id, Password: &t.PasswordHash, CreatedAt: at, UpdatedAt: at,
	}
	added := auth.User{ID: id, Name: user.name, Email: user.email, EmailVerified: true, CreatedAt: at, UpdatedAt: at}
	return session.ID, kept.AddUser(ctx, added, account, session)
}

// carryOut brings a generation into its state. Pictures come first, so that no row names one that is not there.
func (t Target) carryOut(ctx context.Context, kept *store.Store, g generation, sessionID string) error {
	input, err := g.input()
	if err != nil {
		return err
	}
	for _, key := range g.keys() {
		content := draw(key)
		options := platform.PutOptions{ContentType: pictureType, Size: int64(len(content))}
		if err := t.Bucket.Put(ctx, key, bytes.NewReader(content), options); err != nil {
			return err
		}
	}

	begun := studio.PendingGeneration{Charge: g.Charge, Cost: g.Workflow.Cost(1), InputJSON: input, At: g.at, SessionID: sessionID}
	if _, err := kept.BeginGeneration(ctx, begun); err != nil {
		return err
	}
	switch g.status {
	case studio.Succeeded:
		done, err := g.result()
		if err != nil {
			return err
		}
		_, err = kept.CompleteGeneration(ctx, done)
		return err
	case studio.Failed:
		_, err := kept.FailGeneration(ctx, g.Charge, g.code, g.message, g.at.Add(took), nil)
		return err
	}
	return nil
}
