package billing

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/addreams/addreams/app/binding"
)

// Order is what a page is for.
type Order struct {
	UserID     string
	Pack       binding.Pack
	SuccessURL string // where the buyer goes after paying
	CancelURL  string
	Key        string // orders of the same user with the same key and content get the same session
}

// Session is a page on which somebody can pay.
type Session struct{ ID, URL string }

// Store keeps checkouts. Each method is all or nothing.
type Store interface {
	// ReserveCheckout writes what is offered to a user who has the session or the API key, under an ID of ours, unless there are
	// too many. Faults: Unauthorized, TooManyCheckouts.
	ReserveCheckout(ctx context.Context, callerID string, offer Checkout) error
	// ConfirmCheckout gives a reserved checkout the ID of its session. Fault: Unauthorized, if the user was deleted meanwhile.
	ConfirmCheckout(ctx context.Context, reserved Checkout, id string) error
	// ReleaseCheckout removes a reserved checkout for which there is no session.
	ReleaseCheckout(ctx context.Context, reserved Checkout) error
}

// Provider makes the pages. Faults: those of an upstream.
type Provider interface {
	CreateSession(ctx context.Context, order Order) (Session, error)
}

// Service opens checkouts.
type Service struct {
	Store    Store
	Provider Provider
	Now      func() time.Time
}

// Open makes a page for a user, named by session or API key, who has not left too many unpaid. It records the page before anybody
// has its address, so that what is paid is known. Faults: those of Store and Provider.
func (s *Service) Open(ctx context.Context, callerID string, order Order) (Session, error) {
	reserved := Checkout{ID: "reserved-" + uuid.NewString(), UserID: order.UserID, Pack: order.Pack, At: s.Now()}
	if err := s.Store.ReserveCheckout(ctx, callerID, reserved); err != nil {
		return Session{}, err
	}

	made, err := s.Provider.CreateSession(ctx, order)
	if err != nil {
		return Session{}, errors.Join(err, s.Store.ReleaseCheckout(ctx, reserved))
	}
	return made, s.Store.ConfirmCheckout(ctx, reserved, made.ID)
}
