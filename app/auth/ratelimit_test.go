package auth

import (
	"math/rand"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLimiter(t *testing.T) {
	at := time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC)
	limiter := newLimiter()
	for range 3 {
		require.NoError(t, Strict.check(limiter.count("key", Strict, at), at))
		at = at.Add(9 * time.Second)
	}
	assert.Equal(t, &Limited{RetryAfter: 1, Rule: Strict}, Strict.check(limiter.count("key", Strict, at), at), "each that counts moves the window")
	at = at.Add(time.Second)
	assert.NoError(t, Strict.check(limiter.count("key", Strict, at), at), "one that is limited does not")
}

func TestLimiterHoldsNoMoreThanTwoGenerations(t *testing.T) {
	at := time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC)
	limiter := newLimiter()
	for range Strict.Max {
		limiter.count("attacker", Strict, at)
	}
	for i := range 5 * generation {
		limiter.count(strconv.Itoa(i), General, at)
		if i%1000 == 0 {
			require.Error(t, Strict.check(limiter.count("attacker", Strict, at), at), "a client that keeps trying stays counted")
		}
	}
	assert.LessOrEqual(t, len(limiter.young)+len(limiter.old), 2*generation)
}

// countedFully uses up the tries of a key, and returns it. It passes over a key that shares its counter with a stranger:
// that one is refused earlier, and only until the stranger's window ends.
func countedFully(limiter *limiter, at time.Time) string {
	for n := 0; ; n++ {
		key, refused := "counted "+strconv.Itoa(n), false
		for range Strict.Max {
			refused = Strict.check(limiter.count(key, Strict, at), at) != nil || refused
		}
		if !refused {
			return key
		}
	}
}

// A counter runs for its whole window, however many strangers come meanwhile, and memory is bounded.
func TestLimiterKeepsWhoIsCounted(t *testing.T) {
	for _, quiet := range []time.Duration{0, 3 * time.Second, 9999 * time.Millisecond} {
		at := time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC)
		limiter := newLimiter()
		for range 4 * generation { // the flood is under way
			limiter.count(strconv.Itoa(rand.Int()), General, at)
			at = at.Add(time.Millisecond / 2)
		}
		counted := countedFully(limiter, at)

		flood := 3 * generation
		for i := range flood {
			limiter.count(strconv.Itoa(i), General, at.Add(quiet*time.Duration(i)/time.Duration(flood)))
		}
		now := at.Add(quiet)
		assert.Error(t, Strict.check(limiter.count(counted, Strict, now), now), quiet)
		assert.LessOrEqual(t, max(len(limiter.young), len(limiter.old), len(limiter.over), len(limiter.oldOver)), 2*generation)
	}
}

// After a flood the counters are dropped.
func TestLimiterForgetsTheFlood(t *testing.T) {
	at := time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC)
	limiter := newLimiter()
	for i := range 20 * generation {
		limiter.count(strconv.Itoa(i), Strict, at)
	}
	require.Error(t, Strict.check(limiter.count("a newcomer", Strict, at), at), "shares a counter for now")

	at = at.Add(window)
	assert.NoError(t, Strict.check(limiter.count("a newcomer", Strict, at), at))
	for range 2 {
		at = at.Add(window)
		limiter.count("another", Strict, at)
	}
	assert.LessOrEqual(t, len(limiter.young)+len(limiter.old)+len(limiter.over)+len(limiter.oldOver), 2)
}
