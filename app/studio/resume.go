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

// Note is what outlives a request's program: a generation that was begun, or the objects of one that was deleted. It holds no
// prompt.
type Note struct {
	Charge
	RequestID    string
	ReferenceKey string
	Balance      Balance
	Until        time.Time // zero before the provider was asked
	Discard      []string  // keys
}

// ReadNote reads what Notes.Leave was given.
func ReadNote(text []byte) (Note, error) {
	var note Note
	if err := safejson.Unmarshal(text, &note); err != nil {
		return Note{}, fmt.Errorf("read note: %w", err)
	}
	return note, nil
}

func (s *Service) leave(ctx context.Context, note Note) {
	if s.Notes == nil {
		return
	}
	text, err := json.Marshal(note)
	if err != nil { // the schedule will find the pending row
		s.Log(ctx).Warn().Err(err).Msg("no note was left of the request")
		return
	}
	s.Notes.Leave(ctx, text)
}

func (r *run) note() Note {
	return Note{Charge: r.Charge, RequestID: r.requestID, ReferenceKey: r.reference.key, Balance: r.balance, Until: r.until}
}

func (n Note) run() run {
	return run{Charge: n.Charge, requestID: n.RequestID, reference: keptReference{key: n.ReferenceKey}, balance: n.Balance, until: n.Until}
}

// lastChance is the least time for the copies of a generation that is resumed: its provider is paid.
const lastChance = 10 * time.Second

// Resume ends a generation whose program has died: with what its provider has answered meanwhile, or with a refund if that was
// not asked yet. It may be called again after another death, and beside Sweep. Faults: Internal, Upstream… (as *ProviderError).
func (s *Service) Resume(ctx context.Context, note Note, provider Provider) (Finished, error) {
	ctx = context.WithoutCancel(ctx)
	run := note.run()
	made, copies, err := s.resumeWork(ctx, run, provider)
	return s.end(ctx, run, made, copies, err)
}

func (s *Service) resumeWork(ctx context.Context, run run, provider Provider) (Made, []Copy, error) {
	ctx, cancel := context.WithTimeout(ctx, max(run.until.Sub(s.Now()), lastChance))
	defer cancel()
	response, err := s.Notes.Answer(ctx)
	if errors.Is(err, platform.ErrNoAnswer) {
		return Made{}, nil, fault.New(fault.Internal, interrupted)
	}

	made, err := provider.Read(ctx, run.Workflow, response, err)
	if err != nil {
		return Made{}, nil, err
	}
	return made, s.copyAll(ctx, run.Charge, made.Images), nil
}

// DiscardAll removes objects that no row names any more, also if the program dies meanwhile.
func (s *Service) DiscardAll(ctx context.Context, keys []string) {
	if len(keys) > 0 {
		s.leave(ctx, Note{Discard: keys})
	}
	s.Discard(ctx, keys)
}
