package studio

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/addreams/addreams/app/fault"
)

// storeTimeout is how long it may take to record the beginning of a generation, and its end.
const storeTimeout = 15 * time.Second

// Buyer identifies the request that places an order.
type Buyer struct {
	UserID    string
	SessionID string // of a session, or an API key, that must still exist when the credit is taken
	RequestID string // of the API request
	Key       Key
	Wait      Wait
}

// Generate takes the cost of an order, has the images made and copies them to the bucket. A failure refunds it. It continues
// when the caller disconnects: the credit is spent, and the images will be in the history. Errors: BackendMisconfig,
// InvalidRequest (of a reference picture), OutOfCredits (as *OutOfCredits), TooManyFailures and DailyCeiling (as *Later),
// PayloadTooLarge, NotFound (deleted meanwhile), *Repeated, *StillRunning, Upstream… (as *ProviderError).
func (s *Service) Generate(ctx context.Context, buyer Buyer, order *Order) (Result, error) {
	if buyer.Key.Text != "" {
		if err := s.Store.CheckKey(ctx, buyer.UserID, buyer.Key, s.Now()); err != nil {
			return Result{}, err
		}
	}
	if err := s.Provider.Ready(); err != nil {
		return Result{}, err
	}
	dailyLimit, err := s.DailyLimit()
	if err != nil {
		return Result{}, err
	}

	if err := s.inspectReferences(ctx, buyer.UserID, order); err != nil {
		return Result{}, err
	}

	ctx = context.WithoutCancel(ctx)
	if order.model.Video != nil {
		buyer.Wait = Wait{Async: true} // a video takes minutes
	}
	charge := Charge{GenerationID: uuid.NewString(), UserID: buyer.UserID, Workflow: order.Workflow}
	references := s.recordsOf(charge, order.References)
	input, err := order.inputJSON(buyer.RequestID, references)
	if err != nil {
		return Result{}, err
	}

	note := Note{Charge: charge, RequestID: buyer.RequestID, ReferenceKeys: keysOfRecords(references), Warnings: order.Warnings, Keyed: buyer.Key.Text != "", Wait: buyer.Wait}
	s.leave(ctx, note)
	note.Balance, err = s.begin(ctx, PendingGeneration{
		Charge: charge, Cost: order.Cost(), InputJSON: input, At: s.Now(), SessionID: buyer.SessionID, DailyLimit: dailyLimit,
		Key: buyer.Key, RequestID: buyer.RequestID,
	})
	if err != nil {
		return Result{}, err
	}

	timeout := s.Provider.Timeout()
	note.Until = s.Now().Add(timeout)
	note.InTask = order.model.InTasks
	s.leave(ctx, note)
	if note.InTask {
		return s.generateInTask(ctx, note, order, references)
	}
	result, err := s.work(ctx, timeout, charge, order, references)
	return s.end(ctx, note, result, err)
}

// begin takes the credit.
func (s *Service) begin(ctx context.Context, pending PendingGeneration) (Balance, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return s.Store.BeginGeneration(ctx, pending)
}

// work does what takes long: the call of the provider, and the copies of the references and of the images.
func (s *Service) work(ctx context.Context, timeout time.Duration, charge Charge, order *Order, references []referenceRecord) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	order.freeEarly()
	stored := s.storeReferences(ctx, references)
	result, err := s.Provider.Generate(ctx, order)
	<-stored
	if err != nil {
		return Result{}, err
	}
	return s.keep(ctx, charge, result)
}

var errNotKept = fault.New(fault.Internal, "The image could not be stored. The credit was returned.")

// keep copies the images to the bucket. An image that the provider sent itself, without a URL, is lost if that fails.
func (s *Service) keep(ctx context.Context, charge Charge, result Result) (Result, error) {
	defer result.Close()
	result.Copies = s.copyAll(ctx, charge, result.Images)
	for i, image := range result.Images {
		if image.Data != nil && (result.Copies == nil || result.Copies[i].Key == "") {
			s.Discard(context.WithoutCancel(ctx), keysOf(result.Copies))
			return Result{}, errNotKept
		}
	}
	return result, nil
}

// end records how a generation ended, and returns that.
func (s *Service) end(ctx context.Context, note Note, result Result, err error) (Result, error) {
	result.Charge, result.Balance, result.Warnings = note.Charge, note.Balance, note.Warnings
	if err == nil {
		err = s.complete(ctx, note, result)
	}
	if err != nil {
		return Result{}, s.fail(ctx, note, err)
	}
	return result, nil
}

// complete records the result. It retries once, in case only the answer was lost: recording it twice changes nothing.
func (s *Service) complete(ctx context.Context, note Note, result Result) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	output, err := result.outputJSON(note.RequestID)
	if err != nil {
		return err
	}
	answer, err := s.answer(ctx, note, result, nil)
	if err != nil {
		return err
	}

	succeeded := SucceededGeneration{
		Result: result, OutputJSON: output, At: s.Now(), NextAttempt: s.Now().Add(firstRetry), Answer: answer,
	}
	kept, err := s.Store.CompleteGeneration(ctx, succeeded)
	if err != nil {
		kept, err = s.Store.CompleteGeneration(ctx, succeeded)
	}
	if err == nil && !kept {
		s.Discard(ctx, append(keysOf(result.Copies), note.ReferenceKeys...))
	}
	return err
}

// fail records the failure and returns its cause. If recording fails too, the schedule will find the row.
func (s *Service) fail(ctx context.Context, note Note, cause error) error {
	if _, err := s.recordFailure(ctx, note, cause); err != nil {
		return errors.Join(cause, err)
	}
	return cause
}

func (s *Service) recordFailure(ctx context.Context, note Note, cause error) (FailedGeneration, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	code, message := fault.Internal, "Internal server error."
	var known *fault.Error
	if errors.As(cause, &known) {
		code, message = known.Code, known.Message
	}

	answer, err := s.answer(ctx, note, Result{}, cause)
	if err != nil {
		return FailedGeneration{}, err
	}
	failed, err := s.Store.FailGeneration(ctx, note.Charge, code, message, s.Now(), answer)
	if err != nil {
		return FailedGeneration{}, err
	}
	if failed.Status == "" {
		failed.ReferenceKeys = note.ReferenceKeys
	}
	s.Discard(ctx, failed.ReferenceKeys)
	return failed, nil
}

// answer returns the answer to an order with a Key, which is stored with its outcome; nil without a Key.
func (s *Service) answer(ctx context.Context, note Note, result Result, cause error) (*Answer, error) {
	if !note.Keyed {
		return nil, nil
	}
	answer, err := s.Answer(ctx, note.RequestID, result, cause)
	return &answer, err
}

func keysOf(copies []Copy) []string {
	var keys []string
	for _, image := range copies {
		keys = append(keys, image.Key)
	}
	return keys
}

// Discard removes objects that no row refers to any more; empty keys are ignored. A failure is logged, and the objects
// remain.
func (s *Service) Discard(ctx context.Context, keys []string) {
	keys = slices.DeleteFunc(keys, func(key string) bool { return key == "" })
	if s.Bucket == nil || len(keys) == 0 {
		return
	}
	if err := s.Bucket.Delete(ctx, keys...); err != nil {
		s.Log(ctx).Warn().Err(err).Strs("keys", keys).Msg("objects of a deleted or failed generation were not removed")
	}
}
