package logs

import "strings"

// Filter chooses lines. An empty field chooses all.
type Filter struct {
	Request string // the ID of one
	User    string // the ID of one
	Route   string // a part of it, such as /api/history
}

// mostWaiting is how many requests may be without an answer.
const mostWaiting = 1000

// selection passes on the lines that a filter chooses. Only the last line of a request has its user and its route, so that the
// earlier ones wait for it.
type selection struct {
	filter  Filter
	waiting map[string][]line
}

// of returns the lines that can be shown now that the next one is known.
func (s *selection) of(next line) []line {
	request := next.field("request")
	if s.filter == (Filter{}) {
		return []line{next}
	}
	if request == "" || s.filter.Request != "" && request != s.filter.Request {
		return nil
	}
	if s.filter.User == "" && s.filter.Route == "" {
		return []line{next}
	}

	earlier := s.waiting[request]
	if !next.answered() {
		if s.waiting == nil || len(s.waiting) > mostWaiting {
			s.waiting = map[string][]line{} // those requests have died
		}
		s.waiting[request] = append(earlier, next)
		return nil
	}
	delete(s.waiting, request)
	if s.filter.User != "" && next.field("user") != s.filter.User || !strings.Contains(next.field("route"), s.filter.Route) {
		return nil
	}
	return append(earlier, next)
}
