package studio

import (
	"fmt"
	"unicode/utf8"
)

// Model is what one model of the provider takes for a workflow. Orders are checked against it before they cost anything, and
// GET /api/workflows reports it.
type Model struct {
	Name           string
	MaxImages      int64 // that one order may ask for; at least 1
	MaxReferences  int   // 0 for a workflow without pictures
	Size           SizeRule
	Prompt         TextLimit
	NegativePrompt TextLimit
	Sides          Sides // of reference pictures
	Credits        int64 // that one order costs, whatever the number of its images; 0 for one. Of a video, the usual one

	Video *VideoRule // of a model that makes videos; it makes one per order

	InTasks bool // images are made in tasks, which outlive the request; only of a TaskProvider

	// AsRecorded keeps the answers that contract/ recorded for the default models: an order has one reference, which is passed
	// on as it is if it is a URL, and warnings are only in a header.
	AsRecorded bool
}

// TextLimit is how much of a text a model reads. It ignores the rest without saying so. The zero value means that no limit is
// known.
type TextLimit struct {
	Max  int
	Unit Unit
}

// Unit is what a TextLimit counts.
type Unit string

// The units. Tokens are the provider's, and can only be estimated here.
const (
	Characters Unit = "characters"
	Tokens     Unit = "tokens"
)

// exceededBy reports whether a text is certainly longer than the limit. A token is rarely shorter than a character, or than
// four bytes of Latin letters, so that a text has at least a quarter as many tokens as characters.
func (l TextLimit) exceededBy(text string) bool {
	if l.Max == 0 {
		return false
	}
	length := utf8.RuneCountInString(text)
	if l.Unit == Tokens {
		length /= charactersPerToken
	}
	return length > l.Max
}

const charactersPerToken = 4

// Sides are limits of a picture's width and height, in pixels. The zero value of a limit means that none is known.
type Sides struct {
	Min, Max               int // beyond these the provider refuses the picture
	AdvisedMin, AdvisedMax int // beyond these the provider expects worse results
	MaxRatio               int // of the longer to the shorter
}

// refuse returns what is wrong with a picture of this size; "" if nothing is.
func (s Sides) refuse(width, height int) string {
	short, long := min(width, height), max(width, height)
	switch {
	case s.Min > 0 && short < s.Min || s.Max > 0 && long > s.Max:
		return fmt.Sprintf("its sides must be between %d and %d pixels", s.Min, s.Max)
	case s.MaxRatio > 0 && long > short*s.MaxRatio:
		return fmt.Sprintf("its sides must not differ by more than %d:1", s.MaxRatio)
	}
	return ""
}

// advise reports whether a picture of this size is outside of what the provider advises.
func (s Sides) advise(width, height int) bool {
	return s.AdvisedMin > 0 && min(width, height) < s.AdvisedMin || s.AdvisedMax > 0 && max(width, height) > s.AdvisedMax
}
