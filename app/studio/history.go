package studio

import (
	"encoding/json"
	"time"
)

// Detail is a generation with everything that is kept of it.
type Detail struct {
	Generation
	Input  json.RawMessage // "null" if nothing readable is stored
	Output json.RawMessage // "null" if nothing readable is stored
	Stored []bool          // per image, whether it was copied; empty for generations older than that record
	LookAt *time.Time      // when its task may be looked at; nil without a task
}

// Filter selects from a user's history. "" selects every workflow or status.
type Filter struct {
	Workflow Workflow
	Status   Status
	Limit    int
	Offset   int

	ByCursor bool    // page by After, and count nothing; Offset is 0
	After    *Cursor // nil for the beginning
	Expand   bool    // read Generation.More
}

// Page is a part of a user's history, newest first.
type Page struct {
	Generations []Generation
	Total       int64   // in the whole history, as filtered; 0 if paged by cursor
	Next        *Cursor // of the next page; nil for none, and if not paged by cursor
}
