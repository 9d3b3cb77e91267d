package studio

import (
	"encoding/json"
	"time"
)

// Profile is what a user has: the kind of account and its credits.
type Profile struct {
	UserID      string
	AccountType string // "free" or "paid"
	Balance     Balance
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Generation is one run of a workflow as its owner sees it in a list. Workflow and Status are as stored; old rows may
// have others than are known now. Nil is unknown or none.
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
}

// Detail is a generation with all that is kept of it.
type Detail struct {
	Generation
	Input  json.RawMessage // "null" if nothing readable is stored
	Output json.RawMessage // likewise
	Stored []bool          // for each image, whether it was copied; empty for generations older than that record
}

// Filter chooses from a user's history. "" stands for every workflow or status.
type Filter struct {
	Workflow Workflow
	Status   Status
	Limit    int
	Offset   int
}

// Page is a part of a user's history, newest first.
type Page struct {
	Generations []Generation
	Total       int64 // in the whole history, as filtered
}

// Live is the image's URL at the provider while that serves it, or nil.
func (g *Generation) Live(now time.Time) *string {
	if g.SourceURL == nil || now.After(g.UpdatedAt.Add(ImageLife)) {
		return nil
	}
	return g.SourceURL
}
