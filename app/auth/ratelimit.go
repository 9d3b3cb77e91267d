package auth

import (
	"hash/maphash"
	"sync"
	"time"
)

// Rule is how many requests one address may make to one path. The window runs from the last request that counted.
type Rule struct {
	Max    int
	Window time.Duration
}

// The rules.
var (
	General  = Rule{100, window}
	Strict   = Rule{3, window}   // where passwords can be guessed
	allPaths = Rule{500, window} // of one address, over all paths
	allTries = Rule{10, window}  // of one address, over all paths where passwords can be guessed, and in all processes
)

// window is the window of every rule.
const window = 10 * time.Second

// anyPath takes the place of the path in the key of a rule for all paths.
const anyPath = "/*"

// Tally is a counter after a request.
type Tally struct {
	Count int // more than the rule's Max if the request is beyond the limit
	Last  time.Time
}

// check returns an error if the counted request is beyond the limit.
func (r Rule) check(tally Tally, now time.Time) error {
	if tally.Count <= r.Max {
		return nil
	}
	limited := limitedUntil(tally.Last.Add(r.Window), now)
	limited.Rule = r
	return limited
}

// limitedUntil is the refusal of a request that may be repeated at a time.
func limitedUntil(ready, now time.Time) *Limited {
	wait := max(ready.Sub(now), 0)
	return &Limited{RetryAfter: int((wait + time.Second - 1) / time.Second)}
}

// shared is the rule of our own Worker whose users come without their addresses: the limit of many addresses.
func (r Rule) shared() Rule { return Rule{r.Max * 100, r.Window} }

// Limit counts a request to a path, in this process, and refuses one beyond the limit of the path, or of all paths
// together. Without an address nothing is counted.
func (s *Service) Limit(v *Visit, path string, rule Rule) error {
	if err := s.limit(v, anyPath, allPaths); err != nil {
		return err
	}
	return s.limit(v, path, rule)
}

func (s *Service) limit(v *Visit, path string, rule Rule) error {
	attempt := v.attempt(path, rule)
	if attempt.Key == "" {
		return nil
	}
	return attempt.Rule.check(s.limiter.count(attempt.Key, attempt.Rule, v.Now), v.Now)
}

// Attempt is a request to be counted under a key.
type Attempt struct {
	Key  string
	Rule Rule
}

// attempt is a visit of a path, by the address that makes it. Another's Worker counts as one address. Without an address
// it is the zero Attempt, which is not counted.
func (v *Visit) attempt(path string, rule Rule) Attempt {
	switch {
	case v.Address != "":
		return Attempt{v.Address + path, rule}
	case v.Own:
		return Attempt{v.Proxy + path, rule.shared()}
	case v.Proxy != "":
		return Attempt{v.Proxy + path, rule}
	}
	return Attempt{}
}

// limiter counts in memory. It has two generations of counters; a counter that is used moves to the younger. The older one
// is dropped no sooner than after a window, when all its counters have run out. While both are full, new keys are counted
// in overflow, where several share one counter: a flood then affects strangers who come during it, but no counter is
// lost. No map and no overflow is longer than two generations.
type limiter struct {
	mutex         sync.Mutex
	seed          maphash.Seed
	young, old    map[uint64]Tally
	over, oldOver []Tally   // overflow; nil while it is not needed
	since         time.Time // when the younger generation began
}

const generation = 8192 // counters

func newLimiter() *limiter {
	return &limiter{seed: maphash.MakeSeed(), young: make(map[uint64]Tally)}
}

func (l *limiter) count(key string, rule Rule, now time.Time) Tally {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	l.turn(now)
	hash := maphash.String(l.seed, key)
	tally, known := l.find(hash)
	if !known {
		shared, running := l.overflowing(hash, now)
		if running || len(l.young)+len(l.old) >= 2*generation {
			return l.countOverflow(hash, shared.next(rule, now))
		}
	}

	tally = tally.next(rule, now)
	l.young[hash] = tally
	return tally
}

// full reports whether the counter of a key is at its limit, and counts nothing.
func (l *limiter) full(key string, rule Rule, now time.Time) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	l.turn(now)
	hash := maphash.String(l.seed, key)
	tally, known := l.find(hash)
	if !known {
		tally, _ = l.overflowing(hash, now)
	}
	return tally.Count >= rule.Max && now.Sub(tally.Last) < rule.Window
}

// find returns the counter of a key's hash, if it has one of its own.
func (l *limiter) find(hash uint64) (Tally, bool) {
	if tally, known := l.young[hash]; known {
		return tally, true
	}
	tally, known := l.old[hash]
	return tally, known
}

// turn drops the older generation once all its counters have run out.
func (l *limiter) turn(now time.Time) {
	if now.Sub(l.since) >= window {
		l.young, l.old, l.since = make(map[uint64]Tally), l.young, now
		l.over, l.oldOver = nil, l.over
	}
}

// overflowing returns the counter that a key shares, and reports whether its window is still running.
func (l *limiter) overflowing(hash uint64, now time.Time) (Tally, bool) {
	for _, overflow := range [][]Tally{l.over, l.oldOver} {
		if overflow != nil && overflow[hash%generation].Count > 0 {
			tally := overflow[hash%generation]
			return tally, now.Sub(tally.Last) < window
		}
	}
	return Tally{}, false
}

func (l *limiter) countOverflow(hash uint64, tally Tally) Tally {
	if l.over == nil {
		l.over = make([]Tally, generation)
	}
	l.over[hash%generation] = tally
	return tally
}

// next is the counter after one more request.
func (t Tally) next(rule Rule, now time.Time) Tally {
	switch since := now.Sub(t.Last); {
	case since >= rule.Window:
		return Tally{1, now}
	case t.Count >= rule.Max:
		return Tally{rule.Max + 1, t.Last} // and the window stays where it is
	}
	return Tally{t.Count + 1, now}
}
