package studio

import "encoding/json"

// Detail is a generation with everything that is kept of it.
type Detail struct {
	Generation
	Input  json.RawMessage // "null" if nothing readable is stored
	Output json.RawMessage // likewise
	Stored []bool          // per image, whether it was copied; empty for generations older than that record
}

// Filter selects from a user's history. "" selects every workflow or status.
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
