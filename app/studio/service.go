package studio

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/platform"
)

// Store keeps generations and credits. There are no transactions above it: each method is all or nothing.
type Store interface {
	// BeginGeneration takes one credit and writes the ledger entry and the pending generation, or returns *OutOfCredits or
	// *Later.
	BeginGeneration(ctx context.Context, draft Draft) (Balance, error)
	// CompleteGeneration writes the result. It is false for a generation that is pending no more, deleted or given up
	// meanwhile; nothing is written then.
	CompleteGeneration(ctx context.Context, completion Completion) (bool, error)
	// FailGeneration records the failure and gives the credit back, once, however often it is called, and not at all if
	// the generation has succeeded. The row keeps nothing of what was sent but numbers and switches. The credit of a deleted
	// generation comes back too.
	FailGeneration(ctx context.Context, charge Charge, code fault.Code, message string, at time.Time) (Ended, error)
	// StaleGenerations are those that have been pending since before the time, oldest first.
	StaleGenerations(ctx context.Context, before time.Time, limit int) ([]Charge, error)
	// DueCopies are the images to be copied again by now.
	DueCopies(ctx context.Context, now time.Time, limit int) ([]DueCopy, error)
	// FinishCopy records a copy that was made late. It is false if the generation is gone.
	FinishCopy(ctx context.Context, due DueCopy, made Copy, at time.Time) (bool, error)
	// PostponeCopy sets the next attempt; never, for the zero time.
	PostponeCopy(ctx context.Context, due DueCopy, next, at time.Time) error
}

// Provider makes images.
type Provider interface {
	// Generate asks for the images of a task and waits for them, as long as ctx allows. Faults: *ProviderError.
	Generate(ctx context.Context, task Task) (Made, error)
	// Read tells what a call of Generate by an earlier instance of the program has brought: a response, or an error if there
	// was none. Faults: *ProviderError.
	Read(ctx context.Context, workflow Workflow, response *http.Response, err error) (Made, error)
}

// Service runs the image workflows and finishes what they left behind.
type Service struct {
	Store  Store
	Bucket platform.Bucket     // nil where none is bound: images stay at the provider
	HTTP   platform.HTTPClient // fetches the provider's images
	Notes  platform.Notes      // nil where nothing outlives the program
	Now    func() time.Time
	Log    func(context.Context) *zerolog.Logger

	ImageHosts ImageHosts // from where images are fetched
}

// Purchase is an order with its buyer and what carries it out.
type Purchase struct {
	UserID    string
	SessionID string // that pays: nothing begins once it has ended
	RequestID string // UUID of the API's request
	Order     *Order
	Provider  Provider
	Timeout   time.Duration // for the provider and the copies together
	DailyMost *int64        // generations of all users in a day of UTC; nil for no ceiling
}

// patience is how long it may take to write down a generation's beginning, and its end.
const patience = 15 * time.Second

// Generate takes a credit, has the images made and copies them to the bucket. A failure gives the credit back. It goes
// on when the caller goes away: the credit is spent, and the images will be in the history. Faults: OutOfCredits (as
// *OutOfCredits), TooManyFailures and DailyCeiling (as *Later), PayloadTooLarge, Upstream… (as *ProviderError).
func (s *Service) Generate(ctx context.Context, purchase Purchase) (Finished, error) {
	ctx = context.WithoutCancel(ctx)
	task := purchase.Order.task
	run := run{Charge: Charge{GenerationID: uuid.NewString(), UserID: purchase.UserID, Workflow: purchase.Order.workflow}, requestID: purchase.RequestID}
	run.reference = s.referenceOf(run.Charge, task.Reference)
	input, err := task.inputJSON(run.requestID, run.reference.url, run.reference.key)
	if err != nil {
		return Finished{}, err
	}
	s.leave(ctx, run.note())
	run.balance, err = s.begin(ctx, Draft{Charge: run.Charge, InputJSON: input, At: s.Now(), SessionID: purchase.SessionID, DailyMost: purchase.DailyMost})
	if err != nil {
		return Finished{}, err
	}

	run.until = s.Now().Add(purchase.Timeout)
	s.leave(ctx, run.note())
	made, copies, err := s.work(ctx, purchase, run)
	return s.end(ctx, run, made, copies, err)
}

// end writes down how a generation has ended, and returns it.
func (s *Service) end(ctx context.Context, run run, made Made, copies []Copy, err error) (Finished, error) {
	if err == nil {
		err = s.complete(ctx, run, made, copies)
	}
	if err != nil {
		return Finished{}, s.fail(ctx, run, err)
	}
	return Finished{GenerationID: run.GenerationID, Workflow: run.Workflow, Made: made, Balance: run.balance}, nil
}

// run is a generation while its request lives.
type run struct {
	Charge
	requestID string
	reference keptReference
	balance   Balance   // once the credit is taken
	until     time.Time // when the provider and the copies must be done
}

func (s *Service) begin(ctx context.Context, draft Draft) (Balance, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.Store.BeginGeneration(ctx, draft)
}

// work is what takes long: the provider's part, and the copies of what goes in and what comes out.
func (s *Service) work(ctx context.Context, purchase Purchase, run run) (Made, []Copy, error) {
	ctx, cancel := context.WithTimeout(ctx, purchase.Timeout)
	defer cancel()
	purchase.Order.freeEarly()
	kept := s.keep(ctx, run.reference)
	made, err := purchase.Provider.Generate(ctx, purchase.Order.task)
	<-kept
	if err != nil {
		return Made{}, nil, err
	}
	return made, s.copyAll(ctx, run.Charge, made.Images), nil
}

// complete writes the result, and tries again if the answer was lost: writing it twice changes nothing.
func (s *Service) complete(ctx context.Context, run run, made Made, copies []Copy) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	completion := Completion{Charge: run.Charge, Made: made, Copies: copies, At: s.Now(), NextAttempt: s.Now().Add(firstRetry)}
	var assetURL *string
	if completion.Key() != "" {
		path := AssetPath(run.GenerationID)
		assetURL = &path
	}
	var err error
	if completion.OutputJSON, err = made.outputJSON(run.requestID, assetURL); err != nil {
		return err
	}
	kept, err := s.Store.CompleteGeneration(ctx, completion)
	if err != nil {
		kept, err = s.Store.CompleteGeneration(ctx, completion)
	}
	if err == nil && !kept {
		s.Discard(ctx, append(keysOf(copies), run.reference.key))
	}
	return err
}

// fail writes the failure down, and returns it. If that fails too, the schedule will find the pending row.
func (s *Service) fail(ctx context.Context, run run, cause error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	code, message := fault.Internal, "Internal server error."
	var known *fault.Error
	if errors.As(cause, &known) {
		code, message = known.Code, known.Message
	}
	ended, err := s.Store.FailGeneration(ctx, run.Charge, code, message, s.Now())
	if err != nil {
		return errors.Join(cause, err)
	}
	if !ended.Kept {
		ended.ReferenceKey = run.reference.key
	}
	s.Discard(ctx, []string{ended.ReferenceKey})
	return cause
}

func keysOf(copies []Copy) []string {
	var keys []string
	for _, image := range copies {
		keys = append(keys, image.Key)
	}
	return keys
}

// Discard removes objects that no row names any more; an empty key is none. What can't be removed is logged, and stays.
func (s *Service) Discard(ctx context.Context, keys []string) {
	keys = slices.DeleteFunc(keys, func(key string) bool { return key == "" })
	if s.Bucket == nil || len(keys) == 0 {
		return
	}
	if err := s.Bucket.Delete(ctx, keys...); err != nil {
		s.Log(ctx).Warn().Err(err).Strs("keys", keys).Msg("objects of a generation that is gone were not removed")
	}
}
