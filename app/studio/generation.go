package studio

import "time"

// Generation is one run of a workflow as its owner sees it in a list. Workflow and Status are as stored; old rows may have
// others than are known now. Nil means unknown or none.
type Generation struct {
	ID                string
	Workflow          Workflow
	Status            Status
	CreatedAt         time.Time
	UpdatedAt         time.Time
	ProviderModel     *string
	ProviderRequestID *string
	ErrorCode         *string
	ErrorMessage      *string
	Key               *string // of the first image's object
	SourceURL         *string // of the first image at the provider, if it was not copied
	Seconds           *int64  // that a video was ordered for; nil for images
	More              *More   // nil unless it was asked for
}

// MaxPromptStart is how many characters of a prompt a list shows.
const MaxPromptStart = 200

// More is what a list shows of a generation if asked to.
type More struct {
	PromptStart *string // at most MaxPromptStart characters
	Size        *string
	Stored      []bool // per image, whether it was copied; empty for generations older than that record
}

// Live returns the image's URL at the provider as long as the provider serves it, or nil.
func (g *Generation) Live(now time.Time) *string {
	if g.SourceURL == nil || now.After(g.UpdatedAt.Add(ImageLife)) {
		return nil
	}
	return g.SourceURL
}

// PendingGeneration is the row that an order begins with.
type PendingGeneration struct {
	Charge
	Cost       Balance
	InputJSON  string // what was asked for
	At         time.Time
	SessionID  string // of the buyer's session, which must still exist
	DailyLimit *int64 // generations of all users per day of UTC; nil for no limit
	Key        Key
	RequestID  string // of the API request
}

// SucceededGeneration is what is stored with the result.
type SucceededGeneration struct {
	Result
	OutputJSON  string
	At          time.Time
	NextAttempt time.Time // to copy the images that have no key
	Answer      *Answer   // to an order with a Key; nil without
}

// StaleGeneration is one that no request works on any more.
type StaleGeneration struct {
	Charge
	RequestID string // of the API request, if the order had a Key; "" otherwise
}

// FailedGeneration is what is stored of a generation that failed.
type FailedGeneration struct {
	Status        Status   // that its row has now; "" without a row
	ReferenceKeys []string // of its reference pictures, which no row refers to any more
}

// TaskEnd is what to do with a generation that is deleted while its task is at work.
type TaskEnd struct {
	Delete bool // nevertheless
	Refund bool // the credit of the Charge: the task will not run
	Charge Charge
}

// DeletedGeneration is what became of a generation that was to be deleted.
type DeletedGeneration struct {
	Found      bool
	ObjectKeys []string // that no row names any more
	Running    *Job     // not nil if it was not deleted because its task is at work
}
