package studio

import (
	"context"
	"errors"
	"time"

	"github.com/addreams/addreams/app/fault"
)

// A run of the schedule does a bounded piece of work; the rest is the next run's.
const (
	staleAtOnce = 10
	dueAtOnce   = 10
	sweepTime   = 25 * time.Second
)

// grace is how long after the provider's timeout a request may still be at work: to write its beginning and its end, with a
// failure to write the end, and as much again for one that was resumed.
const grace = 5 * patience

const (
	firstRetry = time.Minute
	lastRetry  = time.Hour
)

// interrupted is what the history says of a generation whose request died.
const interrupted = "The generation was interrupted. The credit was returned."

// DueCopy is an image that a request could not copy.
type DueCopy struct {
	Charge
	Copy
	MadeAt time.Time // when the provider made it
}

// Sweep finishes what requests left behind: it gives up and refunds generations that no request works on any more, and
// copies images that could not be copied. timeout is what requests allow the provider. It may run twice at once.
func (s *Service) Sweep(ctx context.Context, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	return errors.Join(s.giveUpStale(ctx, s.Now().Add(-timeout-grace)), s.copyDue(ctx))
}

func (s *Service) giveUpStale(ctx context.Context, before time.Time) error {
	stale, err := s.Store.StaleGenerations(ctx, before, staleAtOnce)
	for _, charge := range stale {
		ended, failed := s.Store.FailGeneration(ctx, charge, fault.Internal, interrupted, s.Now())
		s.Discard(ctx, []string{ended.ReferenceKey})
		err = errors.Join(err, failed)
	}
	return err
}

func (s *Service) copyDue(ctx context.Context) error {
	if s.Bucket == nil {
		return nil
	}
	due, err := s.Store.DueCopies(ctx, s.Now(), dueAtOnce)
	for _, image := range due {
		err = errors.Join(err, s.copyAgain(ctx, image))
	}
	return err
}

// copyAgain makes one more attempt, and on failure sets the time of the next.
func (s *Service) copyAgain(ctx context.Context, due DueCopy) error {
	made, err := s.copyOnce(ctx, due.Charge, due.Copy)
	if err != nil {
		s.Log(ctx).Warn().Err(err).Str("generation", due.GenerationID).Int("image", due.Position).Msg("image was not copied yet")
		return s.Store.PostponeCopy(ctx, due, s.nextAttempt(due), s.Now())
	}
	kept, err := s.Store.FinishCopy(ctx, due, made, s.Now())
	if err == nil && !kept {
		s.Discard(ctx, []string{made.Key})
	}
	return err
}

// nextAttempt doubles the pause each time, and is zero, never, once the provider has dropped the image.
func (s *Service) nextAttempt(due DueCopy) time.Time {
	pause := min(firstRetry<<min(due.Attempts, 10), lastRetry)
	next := s.Now().Add(pause)
	if next.After(due.MadeAt.Add(ImageLife)) {
		return time.Time{}
	}
	return next
}
