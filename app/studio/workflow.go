package studio

import "slices"

// Workflow is a kind of generation. Its text is stored and sent.
type Workflow string

// The workflows.
const (
	ImageFromText      Workflow = "image-from-text"
	ImageFromReference Workflow = "image-from-reference"
	VideoFromReference Workflow = "video-from-reference"
)

// Workflows lists all of them.
func Workflows() []Workflow { return []Workflow{ImageFromText, ImageFromReference, VideoFromReference} }

// Known reports whether the workflow exists.
func (w Workflow) Known() bool { return slices.Contains(Workflows(), w) }

// Cost is a number of credits of the kind that pays for the workflow.
func (w Workflow) Cost(credits int64) Balance {
	if w == ImageFromText {
		return Balance{ProductShoots: credits}
	}
	return Balance{AdGraphics: credits}
}

// Status is the state of a generation. Its text is stored and sent.
type Status string

// A generation begins as Pending, is Running once it is a task of the provider's, and ends as one of the others.
const (
	Pending   Status = "pending"
	Running   Status = "running"
	Succeeded Status = "succeeded"
	Failed    Status = "failed"
)

// Known reports whether the status exists.
func (s Status) Known() bool { return s == Pending || s == Running || s == Succeeded || s == Failed }
