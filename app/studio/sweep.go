package studio

import (
	"context"
	"errors"
	"time"

	"github.com/addreams/addreams/app/fault"
)

// A run of the schedule does a limited amount of work, and leaves the rest to the next.
const (
	maxStale  = 10
	maxDue    = 10
	sweepTime = 25 * time.Second
)

// grace is how long after the provider's timeout a request may still be running: to record its beginning and its end, a
// failure to record the end, and the last two again if it was resumed.
const grace = 5 * storeTimeout

const (
	firstRetry = time.Minute
	lastRetry  = time.Hour
)

// interrupted is the message of a generation whose request died.
const interrupted = "The generation was interrupted. The credit was returned."

// DueCopy is an image that its request could not copy.
type DueCopy struct {
	Charge
	Copy
	MadeAt time.Time // when the provider made it
}

// Sweep finishes what requests left behind: it fails and refunds generations that no request works on any more, and retries
// the copies of images. It may run twice at the same time.
func (s *Service) Sweep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	return errors.Join(s.failStale(ctx, s.Now().Add(-s.Provider.Timeout()-grace)), s.copyDue(ctx))
}

func (s *Service) failStale(ctx context.Context, before time.Time) error {
	stale, err := s.Store.StaleGenerations(ctx, before, maxStale)
	for _, generation := range stale {
		err = errors.Join(err, s.failOne(ctx, generation))
	}
	return err
}

func (s *Service) failOne(ctx context.Context, stale StaleGeneration) error {
	note := Note{Charge: stale.Charge, RequestID: stale.RequestID, Keyed: stale.RequestID != ""}
	answer, err := s.answer(ctx, note, Result{}, fault.New(fault.Internal, interrupted))
	if err != nil {
		return err
	}
	failed, err := s.Store.FailGeneration(ctx, stale.Charge, fault.Internal, interrupted, s.Now(), answer)
	s.Discard(ctx, failed.ReferenceKeys)
	return err
}

func (s *Service) copyDue(ctx context.Context) error {
	if s.Bucket == nil {
		return nil
	}
	due, err := s.Store.DueCopies(ctx, s.Now(), maxDue)
	for _, image := range due {
		err = errors.Join(err, s.copyAgain(ctx, image))
	}
	return err
}

// copyAgain makes one more attempt, and schedules the next one if it fails.
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

// nextAttempt doubles the pause each time. It is zero, for never, once the provider no longer serves the image.
func (s *Service) nextAttempt(due DueCopy) time.Time {
	pause := min(firstRetry<<min(due.Attempts, 10), lastRetry)
	next := s.Now().Add(pause)
	if next.After(due.MadeAt.Add(ImageLife)) {
		return time.Time{}
	}
	return next
}
