package auth

import (
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
	assert.Equal(t, &Limited{RetryAfter: 1}, Strict.check(limiter.count("key", Strict, at), at), "each that counts moves the window")
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
			require.Error(t, Strict.check(limiter.count("attacker", Strict, at), at), "whoever keeps trying stays counted")
		}
	}
	assert.LessOrEqual(t, len(limiter.young)+len(limiter.old), 2*generation)
}
