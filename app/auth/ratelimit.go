package auth

import (
	"hash/maphash"
	"sync"
	"time"
)

// Rule says how many requests one address may make to one path. The window runs from the last one that counted.
type Rule struct {
	Max    int
	Window time.Duration
}

// The rules.
var (
	General  = Rule{100, window}
	Strict   = Rule{3, window}   // where passwords can be guessed
	allPaths = Rule{500, window} // of one address, over all paths
	allTries = Rule{10, window}  // of one address, over all paths where passwords can be guessed, in all processes
)

// window is that of every rule.
const window = 10 * time.Second

// anyPath stands for the path in the key of a rule that holds for all.
const anyPath = "/*"

// Tally is the state of one counter after a request.
type Tally struct {
	Count int // more than the rule's Max if the request is one too many
	Last  time.Time
}

// check turns a tally into an error, if the request is one too many.
func (r Rule) check(tally Tally, now time.Time) error {
	if tally.Count <= r.Max {
		return nil
	}
	return limitedUntil(tally.Last.Add(r.Window), now)
}

// limitedUntil is the refusal of a request that may come again at a time.
func limitedUntil(ready, now time.Time) *Limited {
	wait := max(ready.Sub(now), 0)
	return &Limited{RetryAfter: int((wait + time.Second - 1) / time.Second)}
}

// shared is the rule of our own Worker whose users come without their addresses: that of many addresses.
func (r Rule) shared() Rule { return Rule{r.Max * 100, r.Window} }

// Limit counts a request to a path, in this process, and refuses one too many: of the path, or of all paths together.
// Without an address nothing is counted.
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

// attempt is a visit of a path, by the address that makes it. Somebody else's Worker counts as one address. The zero Attempt, without an address, is not counted.
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

// limiter counts in memory. It holds two generations of counters; one that is counted moves to the younger. They change
// places no faster than a window, so that a counter that is dropped has run out. While both are full, a newcomer is
// counted in overflow, several keys by one counter: then a flood costs strangers who come during it, and no counter is
// lost. No map and no overflow is longer than two generations.
type limiter struct {
	mutex         sync.Mutex
	seed          maphash.Seed
	young, old    map[uint64]Tally
	over, oldOver []Tally   // overflow; nil while it is not needed
	since         time.Time // when the younger began
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
	tally, known := l.young[hash]
	if !known {
		tally, known = l.old[hash]
	}
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

// turn drops the older generation once all of its counters have run out.
func (l *limiter) turn(now time.Time) {
	if now.Sub(l.since) >= window {
		l.young, l.old, l.since = make(map[uint64]Tally), l.young, now
		l.over, l.oldOver = nil, l.over
	}
}

// overflowing is the counter that a key shares, and whether its window is not over.
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
