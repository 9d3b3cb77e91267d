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
	General = Rule{100, 10 * time.Second}
	Strict  = Rule{3, 10 * time.Second} // where passwords can be guessed
)

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
	wait := max(tally.Last.Add(r.Window).Sub(now), 0)
	return &Limited{RetryAfter: int((wait + time.Second - 1) / time.Second)}
}

// Limit counts a request to a path, in this process, and refuses one too many. Without an address nothing is counted.
func (s *Service) Limit(v *Visit, path string, rule Rule) error {
	if v.Address == "" {
		return nil
	}
	return rule.check(s.limiter.count(v.Address+path, rule, v.Now), v.Now)
}

// Attempt is a request to be counted by all processes together, in the database. The zero Attempt is not counted.
type Attempt struct {
	Key  string
	Rule Rule
	At   time.Time
}

func (v *Visit) attempt(path string) Attempt {
	if v.Address == "" {
		return Attempt{}
	}
	return Attempt{Key: v.Address + path, Rule: Strict, At: v.Now}
}

// limiter counts in memory. It holds two generations of counters, so that a flood of addresses can't grow it: when the
// younger is full, the older is dropped.
type limiter struct {
	mutex      sync.Mutex
	seed       maphash.Seed
	young, old map[uint64]Tally
}

const generation = 8192 // counters

func newLimiter() *limiter {
	return &limiter{seed: maphash.MakeSeed(), young: make(map[uint64]Tally)}
}

func (l *limiter) count(key string, rule Rule, now time.Time) Tally {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	hash := maphash.String(l.seed, key)
	tally, found := l.young[hash]
	if !found {
		tally = l.old[hash]
	}
	switch since := now.Sub(tally.Last); {
	case since >= rule.Window:
		tally = Tally{1, now}
	case tally.Count >= rule.Max:
		tally.Count = rule.Max + 1 // and the window stays where it is
	default:
		tally = Tally{tally.Count + 1, now}
	}
	if len(l.young) >= generation {
		l.young, l.old = make(map[uint64]Tally), l.young
	}
	l.young[hash] = tally
	return tally
}
