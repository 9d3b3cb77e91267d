package api

import (
	"strings"

	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio"
	"github.com/addreams/addreams/app/whatwg"
)

// The bounds of a page.
const (
	defaultLimit = 20
	maxLimit     = 50
	maxOffset    = 10_000
)

// historyFilter reads the query as the JavaScript service did: numbers are read by parseInt and clamped, and unknown values
// ignored. A query with a cursor, which that service did not know, has no offset. Faults: InvalidRequest (of the cursor).
func historyFilter(query string) (studio.Filter, error) {
	filter := studio.Filter{
		Limit:    pageLimit(query),
		Offset:   min(max(integer(query, "offset", 0), 0), maxOffset),
		Workflow: studio.Workflow(firstValue(query, "workflow")),
		Status:   studio.Status(firstValue(query, "status")),
	}

	if !filter.Workflow.Known() {
		filter.Workflow = ""
	}
	if !filter.Status.Known() {
		filter.Status = ""
	}
	filter.Expand = firstValue(query, "expand") == "1"
	text, found := lookUp(query, "cursor")
	if !found {
		return filter, nil
	}
	after, err := decodeCursor(text)
	filter.ByCursor, filter.After, filter.Offset = true, after, 0
	return filter, err
}

// pageLimit returns how many items of a list a query asks for.
func pageLimit(query string) int { return min(max(integer(query, "limit", defaultLimit), 1), maxLimit) }

// firstValue returns the first value of a parameter by the rules of URLSearchParams, which refuses nothing; "" for none.
func firstValue(query, name string) string {
	value, _ := lookUp(query, name)
	return value
}

// lookUp does the same, and reports whether the query has the parameter.
func lookUp(query, name string) (string, bool) {
	for pair := range strings.SplitSeq(query, "&") {
		if key, value, _ := strings.Cut(pair, "="); whatwg.FormDecode(key) == name {
			return whatwg.FormDecode(value), true
		}
	}
	return "", false
}

// integer returns a parameter's number, or the fallback if it has none.
func integer(query, name string, fallback int) int {
	if number, ok := js.ParseInt(firstValue(query, name)); ok {
		return number
	}
	return fallback
}
