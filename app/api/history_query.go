package api

import (
	"math"
	"strings"

	"github.com/addreams/addreams/app/studio"
	"github.com/addreams/addreams/app/whatwg"
)

// The bounds of a page.
const (
	defaultLimit = 20
	maxLimit     = 50
	maxOffset    = 10_000
)

// historyFilter reads the query as the JavaScript service did: numbers by parseInt and clamped, unknown words ignored.
func historyFilter(query string) studio.Filter {
	filter := studio.Filter{
		Limit:    min(max(integerOf(firstValue(query, "limit"), defaultLimit), 1), maxLimit),
		Offset:   min(max(integerOf(firstValue(query, "offset"), 0), 0), maxOffset),
		Workflow: studio.Workflow(firstValue(query, "workflow")),
		Status:   studio.Status(firstValue(query, "status")),
	}
	if !filter.Workflow.Known() {
		filter.Workflow = ""
	}
	if !filter.Status.Known() {
		filter.Status = ""
	}
	return filter
}

// firstValue is the first value of a parameter, by the rules of URLSearchParams, which refuses nothing.
func firstValue(query, name string) string {
	for pair := range strings.SplitSeq(query, "&") {
		if key, value, _ := strings.Cut(pair, "="); whatwg.FormDecode(key) == name {
			return whatwg.FormDecode(value)
		}
	}
	return ""
}

// integerOf is JavaScript's parseInt(text, 10): leading white space, a sign, digits. Without a digit it is the fallback.
func integerOf(text string, fallback int) int {
	text = studio.Trim(text)
	sign := 1
	if text != "" && (text[0] == '-' || text[0] == '+') {
		if text[0] == '-' {
			sign = -1
		}
		text = text[1:]
	}
	number, digits := 0, 0
	for ; digits < len(text) && '0' <= text[digits] && text[digits] <= '9'; digits++ {
		number = min(number*10+int(text[digits]-'0'), math.MaxInt32)
	}
	if digits == 0 {
		return fallback
	}
	return sign * number
}
