// Package studio is the domain: what users order, what it costs them, and the life of a generation from its order to its
// images in the bucket. It owns the rules of requests, credits and copies; it knows no HTTP route and no SQL. It holds
// no provider either: that, the store and the bucket are interfaces at their use.
package studio

// Workflow is a way to make something; its text is stored and sent.
type Workflow string

// The workflows.
const (
	ImageFromText      Workflow = "image-from-text"
	ImageFromReference Workflow = "image-from-reference"
	VideoFromReference Workflow = "video-from-reference"
)

// Known tells whether there is such a workflow.
func (w Workflow) Known() bool {
	return w == ImageFromText || w == ImageFromReference || w == VideoFromReference
}

// Status is where a generation stands in its life; its text is stored and sent.
type Status string

// The stations: a generation begins as pending, and ends as one of the others.
const (
	Pending   Status = "pending"
	Succeeded Status = "succeeded"
	Failed    Status = "failed"
)

// Known tells whether there is such a status.
func (s Status) Known() bool { return s == Pending || s == Succeeded || s == Failed }

// Balance is how many credits a user has left.
type Balance struct{ ProductShoots, AdGraphics int64 }

// Cost is what one run of the workflow takes.
func (w Workflow) Cost() Balance {
	if w == ImageFromText {
		return Balance{ProductShoots: 1}
	}
	return Balance{AdGraphics: 1}
}
