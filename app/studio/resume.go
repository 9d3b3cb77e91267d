package studio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/safejson"
)

// Note survives the program that handles a request: an order in progress, or the objects of a deleted generation. It contains
// no prompt.
type Note struct {
	Charge
	RequestID     string    // of the API request
	ReferenceKeys []string  // of the stored reference pictures
	Warnings      []Warning // for the answer
	Balance       Balance   // once the credit is taken
	Until         time.Time // when the provider and the copies must be done; zero before the provider is asked
	Keyed         bool      // the order has a Key
	InTask        bool      // the provider makes the images in a task
	Wait          Wait      // for the task
	Discard       []string  // keys of a deleted generation's objects; nil for an order
}

// ReadNote decodes what was given to Notes.Leave.
func ReadNote(text []byte) (Note, error) {
	var note Note
	if err := safejson.Unmarshal(text, &note); err != nil {
		return Note{}, fmt.Errorf("read note: %w", err)
	}
	return note, nil
}

// leave replaces the request's note. Without a note, the schedule will find the pending row.
func (s *Service) leave(ctx context.Context, note Note) {
	if s.Notes == nil {
		return
	}
	text, err := json.Marshal(note)
	if err != nil {
		s.Log(ctx).Warn().Err(err).Msg("the request left no note")
		return
	}
	s.Notes.Leave(ctx, text)
}

// minResumeTime is the least time that a resumed generation has for its copies: its provider is paid.
const minResumeTime = 10 * time.Second

// Resume ends a generation whose program died: with the provider's answer if the provider was asked, or else with a refund.
// It may be called again after another death, and at the same time as Sweep. Errors: BackendMisconfig, Internal, Upstream…
// (as *ProviderError).
func (s *Service) Resume(ctx context.Context, note Note) (Result, error) {
	if err := s.Provider.Ready(); err != nil {
		return Result{}, err
	}
	ctx = context.WithoutCancel(ctx)
	if note.InTask {
		return s.resumeTask(ctx, note)
	}
	result, err := s.resumeWork(ctx, note)
	return s.end(ctx, note, result, err)
}

func (s *Service) resumeWork(ctx context.Context, note Note) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, max(note.Until.Sub(s.Now()), minResumeTime))
	defer cancel()
	response, err := s.Notes.Answer(ctx)
	if errors.Is(err, platform.ErrNoAnswer) {
		return Result{}, fault.New(fault.Internal, interrupted)
	}

	result, err := s.Provider.Read(ctx, note.Workflow, response, err)
	if err != nil {
		return Result{}, err
	}
	return s.keep(ctx, note.Charge, result)
}

// resumeTask goes on with the task that the provider was asked for, whether or not its ID was written down.
func (s *Service) resumeTask(ctx context.Context, note Note) (Result, error) {
	asking, cancel := context.WithTimeout(ctx, minResumeTime)
	defer cancel()
	response, err := s.Notes.Answer(asking)
	if errors.Is(err, platform.ErrNoAnswer) {
		return Result{}, s.fail(ctx, note, fault.New(fault.Internal, interrupted))
	}
	task, err := s.tasks().ReadTask(asking, response, err)
	if err != nil {
		return Result{}, s.fail(ctx, note, err)
	}

	job, err := s.beginTask(ctx, note, task)
	if err != nil {
		return Result{}, err
	}
	return s.await(ctx, job)
}

// DiscardAll removes the objects of a deleted generation, even if the program dies before it has done so.
func (s *Service) DiscardAll(ctx context.Context, keys []string) {
	if len(keys) > 0 {
		s.leave(ctx, Note{Discard: keys})
	}
	s.Discard(ctx, keys)
}
