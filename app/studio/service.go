// Package studio is the domain: what users order, what it costs, and the life of a generation from its order to its images
// in the bucket. One purchase has three names: an Order is what was asked for, a Charge what was paid, a Result what was
// made. The package owns the rules of requests, credits and copies. It knows no HTTP route, no SQL and no provider: the
// store, the bucket and the provider are interfaces.
package studio

import (
	"context"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/platform"
)

// Store keeps generations and credits. There are no transactions above it: each method is all or nothing.
type Store interface {
	// CheckBalance fails with *OutOfCredits if a user cannot pay a cost. It takes nothing. A user without a profile gets one with the
	// first order, and passes.
	CheckBalance(ctx context.Context, userID string, cost Balance) error
	// BeginGeneration takes the cost and writes the ledger entry, the pending generation and the order's Key. Errors:
	// *OutOfCredits, *Later, *Repeated.
	BeginGeneration(ctx context.Context, pending PendingGeneration) (Balance, error)
	// CheckKey returns *Repeated if the user has used the key before.
	CheckKey(ctx context.Context, userID string, key Key, now time.Time) error
	// CompleteGeneration writes the result. It returns false, and writes nothing, if the generation is no longer pending: it
	// was deleted or failed in the meantime.
	CompleteGeneration(ctx context.Context, succeeded SucceededGeneration) (bool, error)
	// FailGeneration records the failure and refunds what was taken, once, however often it is called, and not at all if the
	// generation has succeeded. Of what was sent, the row keeps only numbers and switches. A deleted generation is
	// refunded too. The answer is that to an order with a Key, and nil without.
	FailGeneration(ctx context.Context, charge Charge, code fault.Code, message string, at time.Time, answer *Answer) (FailedGeneration, error)
	// BeginTask writes down the provider's task, and returns the status that the generation has then: Running, "" if it was
	// deleted, or how it ended. The answer is that to an order with a Key, and nil without.
	BeginTask(ctx context.Context, job Job, model string, answer *Answer) (Status, error)
	// ClaimTask lets one of those who would look at a task do so, whoever looked last at seen or anyone when the time has come, and
	// postpones the others until next. It returns nil for the others, and what the generation is.
	ClaimTask(ctx context.Context, id string, seen, now, next time.Time) (*Job, Outcome, error)
	// DueTasks returns the generations whose tasks anyone may look at.
	DueTasks(ctx context.Context, now time.Time, limit int) ([]string, error)
	// DueDiscards returns the failed and deleted generations whose objects are to be removed once more.
	DueDiscards(ctx context.Context, now time.Time, limit int) ([]Charge, error)
	// FinishDiscard notes that this was done.
	FinishDiscard(ctx context.Context, generationID string) error
	// ExpireGenerations deletes generations that ended and began before the time, and returns how many, and the keys of their
	// objects. The ledger keeps its entries.
	ExpireGenerations(ctx context.Context, before, at time.Time, limit int) (int, []string, error)
	// StaleGenerations returns those that have been pending since before the time, oldest first.
	StaleGenerations(ctx context.Context, before time.Time, limit int) ([]StaleGeneration, error)
	// DueCopies returns the images whose next copy attempt is due.
	DueCopies(ctx context.Context, now time.Time, limit int) ([]DueCopy, error)
	// FinishCopy records a copy that was made late. It returns false if the generation no longer exists.
	FinishCopy(ctx context.Context, due DueCopy, made Copy, at time.Time) (bool, error)
	// PostponeCopy sets the time of the next attempt. The zero time ends the attempts.
	PostponeCopy(ctx context.Context, due DueCopy, next, at time.Time) error
}

// Provider makes images. It is built once, with its settings.
type Provider interface {
	// Name is the name that answers give.
	Name() string
	// Ready returns a BackendMisconfig fault if the settings keep the provider from working.
	Ready() error
	// Timeout is how long the provider and the copies of its images may take together. It holds even if Ready fails.
	Timeout() time.Duration
	// ImageHosts are the hosts that serve its images.
	ImageHosts() ImageHosts
	// Model is the model that makes the workflow's images, and what it takes. Its name is "" for a workflow without a model.
	Model(workflow Workflow) Model
	// Generate asks for the images of an order and waits for them, as long as ctx allows. Error: *ProviderError.
	Generate(ctx context.Context, order *Order) (Result, error)
	// Read reads the outcome of a call that an earlier instance of the program made in Generate: a response, or the error of
	// the call. Error: *ProviderError.
	Read(ctx context.Context, workflow Workflow, response *http.Response, err error) (Result, error)
}

// Service runs the image workflows and finishes what they left behind.
type Service struct {
	Store    Store
	Provider Provider
	Bucket   platform.Bucket     // nil if none is bound: images stay at the provider
	HTTP     platform.HTTPClient // fetches the provider's images
	Notes    platform.Notes      // nil if nothing outlives the program
	Now      func() time.Time
	Sleep    func(context.Context, time.Duration) error // nil for the clock's
	Log      func(context.Context) *zerolog.Logger

	Retention time.Duration // how long generations are kept; 0 for ever

	// DailyLimit returns how many generations all users together have per day of UTC; nil for no limit. Fault:
	// BackendMisconfig.
	DailyLimit func() (*int64, error)

	// Answer encodes the outcome of an order for its sender. It is called for orders with a Key.
	Answer func(ctx context.Context, requestID string, result Result, err error) (Answer, error)
}
