package studio

import (
	"time"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
)

// Charge names a credit that was taken: for which generation, whose, of which kind.
type Charge struct {
	GenerationID string // UUID
	UserID       string
	Workflow     Workflow
}

// Draft is a generation at its beginning.
type Draft struct {
	Charge
	InputJSON string // what was asked for
	At        time.Time
	SessionID string // of the buyer's session, which must still be there
	DailyMost *int64 // generations of all users in a day of UTC; nil for no ceiling
}

// Ended is what became of a generation that was to fail.
type Ended struct {
	Kept         bool   // its row is there
	ReferenceKey string // of the picture that it started from, which no row names any more; "" for none
}

// Made is what the provider answered.
type Made struct {
	RequestID string // the provider's; "" if it gave none
	Model     string
	Images    []string // URLs that live for ImageLife, at least one
	Usage     *Usage
}

// Usage is what the provider counted; what it left out is nil.
type Usage struct {
	ImageCount *float64 `json:"imageCount,omitempty"`
	Width      *float64 `json:"width,omitempty"`
	Height     *float64 `json:"height,omitempty"`
}

// ImageLife is how long the provider keeps an image.
const ImageLife = 24 * time.Hour

// Copy is one image of a generation and where it is kept.
type Copy struct {
	Position    int    `json:"position"` // among the provider's images, from 0
	SourceURL   string `json:"sourceUrl"`
	Key         string `json:"key"` // of the object; "" while there is none
	ContentType string `json:"contentType"`
	Attempts    int    `json:"attempts"` // so far
}

// Completion is a generation that succeeded.
type Completion struct {
	Charge
	Made
	OutputJSON  string
	Copies      []Copy // none without a bucket
	At          time.Time
	NextAttempt time.Time // when the copies without a key are tried again
}

// Key is of the image that stands for the generation, the first; "" if it was not copied.
func (c *Completion) Key() string {
	if len(c.Copies) == 0 {
		return ""
	}
	return c.Copies[0].Key
}

// Finished is what the buyer gets.
type Finished struct {
	GenerationID string
	Workflow     Workflow
	Made         Made
	Balance      Balance
}

// OutOfCredits is the refusal of an order that the buyer can't pay. Its fault code is fault.OutOfCredits.
type OutOfCredits struct{ Balance Balance }

func (e *OutOfCredits) Error() string { return "out of credits" }

func (e *OutOfCredits) Unwrap() error {
	return fault.New(fault.OutOfCredits, "You do not have credits remaining for this workflow.")
}

// ProviderError is a failure of the provider, in our words and with what it said of itself. Its fault code is one of
// fault.Upstream….
type ProviderError struct {
	Fault        *fault.Error
	ProviderCode string // "" if not known
	RequestID    string // "" if not known
}

func (e *ProviderError) Error() string { return e.Fault.Error() }

func (e *ProviderError) Unwrap() error { return e.Fault }

// storedInput is what is kept of an order. References are URLs; a picture's bytes are in the bucket.
type storedInput struct {
	RequestID      string           `json:"requestId"`
	Prompt         string           `json:"prompt"`
	ReferenceImage string           `json:"referenceImage,omitempty"`
	ReferenceKey   string           `json:"referenceKey,omitempty"`
	Parameters     storedParameters `json:"parameters"`
}

type storedParameters struct {
	Prompt         string `json:"prompt"`
	ReferenceImage string `json:"referenceImage,omitempty"`
	Count          int64  `json:"n"`
	Size           string `json:"size,omitempty"`
	NegativePrompt string `json:"negativePrompt,omitempty"`
	Seed           *int64 `json:"seed,omitempty"`
	PromptExtend   bool   `json:"promptExtend"`
	Watermark      bool   `json:"watermark"`
}

// maxInput is the longest stored input, in bytes: it has to leave room in a row of two megabytes.
const maxInput = 1_500_000

func (t *Task) inputJSON(requestID, reference, referenceKey string) (string, error) {
	text, err := js.Marshal(storedInput{
		RequestID: requestID, Prompt: t.Prompt, ReferenceImage: reference, ReferenceKey: referenceKey,
		Parameters: storedParameters{
			Prompt: t.Prompt, ReferenceImage: reference, Count: t.Count, Size: t.Size, NegativePrompt: t.NegativePrompt,
			Seed: t.Seed, PromptExtend: t.PromptExtend, Watermark: t.Watermark,
		},
	})
	if err == nil && len(text) > maxInput {
		return "", fault.New(fault.PayloadTooLarge, "The prompt is too long.")
	}
	return string(text), err
}

// storedOutput is what is kept of an answer.
type storedOutput struct {
	RequestID string   `json:"requestId"`
	Images    []string `json:"images"`
	Usage     *Usage   `json:"usage,omitempty"`
	AssetURL  *string  `json:"assetUrl"`
}

func (m *Made) outputJSON(requestID string, assetURL *string) (string, error) {
	text, err := js.Marshal(storedOutput{requestID, m.Images, m.Usage, assetURL})
	return string(text), err
}

// AssetPath is where the API serves a generation's first image.
func AssetPath(generationID string) string { return "/api/history/" + generationID + "/asset" }

// ReferencePath is where the API serves the picture that a generation started from.
func ReferencePath(generationID string) string { return "/api/history/" + generationID + "/reference" }

// objectKey is the key of an object of a generation.
func (c *Charge) objectKey(name string) string {
	return "users/" + c.UserID + "/generations/" + c.GenerationID + "/" + name
}
