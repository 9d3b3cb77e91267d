package studio

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/addreams/addreams/app/fault"
)

// A run of the schedule works for a limited time, and leaves the rest to the next.
const (
	sweepTime    = 25 * time.Second
	sweepPart    = 50            // rows that are read at once
	sweptAtOnce  = 4             // a Worker has six connections
	maxSweepRows = 5 * sweepPart // of a kind per run: a Worker's run has a limited number of operations
)

// longestCopy is how long the schedule takes for a copy, beyond sweepTime if it is one of a video.
const longestCopy = 2 * time.Minute

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

// Sweep finishes what requests left behind: it looks at tasks, fails and refunds generations that no request works on any more,
// retries the copies of images, removes objects that no row names, and deletes what is past its time. It may run twice at the
// same time.
func (s *Service) Sweep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	return errors.Join(s.lookAtDue(ctx), s.failStale(ctx, s.Now().Add(-s.Provider.Timeout()-grace)), s.copyDue(ctx), s.discardDue(ctx), s.expire(ctx))
}

// sweep does a step for each of the rows that find returns, several at once, as long as there are rows and time. A step changes
// its row so that it is not found again. It ends with the first part in which a step failed.
func sweep[T any](ctx context.Context, find func(limit int) ([]T, error), step func(T) error) error {
	for rows := 0; rows < maxSweepRows && ctx.Err() == nil; {
		found, err := find(sweepPart)
		if err == nil {
			err = each(found, step)
		}
		if rows += len(found); err != nil || len(found) < sweepPart {
			return err
		}
	}
	return nil
}

// each does a step for each item, several at once, and returns the failures.
func each[T any](items []T, step func(T) error) error {
	failures := make([]error, len(items))
	slots := make(chan struct{}, sweptAtOnce)
	var running sync.WaitGroup
	for i, item := range items {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			failures[i] = step(item)
		})
	}
	running.Wait()
	return errors.Join(failures...)
}

// lookAtDue has half of the time: copies that a look begins may be finished later.
func (s *Service) lookAtDue(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sweepTime/2)
	defer cancel()
	find := func(limit int) ([]string, error) { return s.Store.DueTasks(ctx, s.Now(), limit) }
	return sweep(ctx, find, func(id string) error {
		job := Job{Note: Note{Charge: Charge{GenerationID: id}}}
		_, ended, err := s.look(ctx, &job)
		if err != nil {
			s.Log(ctx).Warn().Err(err).Bool("ended", ended).Str("generation", id).Msg("a task has no images")
		}
		return nil // the next look is due later
	})
}

func (s *Service) failStale(ctx context.Context, before time.Time) error {
	find := func(limit int) ([]StaleGeneration, error) { return s.Store.StaleGenerations(ctx, before, limit) }
	return sweep(ctx, find, func(stale StaleGeneration) error { return s.failOne(ctx, stale) })
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
	find := func(limit int) ([]DueCopy, error) { return s.Store.DueCopies(ctx, s.Now(), limit) }
	return sweep(ctx, find, func(due DueCopy) error { return s.copyAgain(ctx, due) })
}

// DiscardPause is how long after its end a generation's objects are removed once more: a program that works on it although it is
// over has then stopped.
const DiscardPause = time.Hour

func (s *Service) discardDue(ctx context.Context) error {
	find := func(limit int) ([]Charge, error) { return s.Store.DueDiscards(ctx, s.Now(), limit) }
	return sweep(ctx, find, func(due Charge) error {
		if s.Bucket != nil {
			if err := s.Bucket.Delete(ctx, due.possibleKeys()...); err != nil {
				return err
			}
		}
		return s.Store.FinishDiscard(ctx, due.GenerationID)
	})
}

// expire deletes what is older than generations are kept, several at once because each has few objects.
func (s *Service) expire(ctx context.Context) error {
	if s.Retention == 0 {
		return nil
	}

	for deleted := 0; deleted < maxSweepRows && ctx.Err() == nil; {
		count, keys, err := s.Store.ExpireGenerations(ctx, s.Now().Add(-s.Retention), s.Now(), sweepPart)
		if err != nil {
			return err
		}
		s.Discard(ctx, keys)
		if deleted += count; count < sweepPart {
			return nil
		}
	}

	return nil
}

// copyAgain makes one more attempt, and schedules the next one if it fails.
func (s *Service) copyAgain(ctx context.Context, due DueCopy) error {
	ctx, cancel := copyContext(ctx, due.Workflow, longestCopy)
	defer cancel()
	made, err := s.copyOnce(ctx, due.Charge, due.Copy)
	if err != nil {
		s.Log(ctx).Warn().Err(err).Str("generation", due.GenerationID).Int("image", due.Position).Msg("image was not copied yet")
		return s.Store.PostponeCopy(ctx, due, s.nextAttempt(due), s.Now())
	}
	return s.finishCopy(ctx, due, made)
}

// finishCopy records a copy, or removes it if its generation is gone.
func (s *Service) finishCopy(ctx context.Context, due DueCopy, made Copy) error {
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
