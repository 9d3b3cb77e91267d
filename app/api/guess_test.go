package api_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
)

// guessing is a site where Ada has an account, with a count of the passwords that are verified.
type guessing struct {
	*site
	looked int
	mutex  sync.Mutex
}

func newGuessing(t *testing.T) *guessing {
	g := &guessing{site: newSite(t)}
	g.browser().signUp("Ada")
	g.scrypt = func(ctx context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error) {
		g.mutex.Lock()
		g.looked++
		g.mutex.Unlock()
		return quickScrypt(ctx, password, salt, n, r, p, keyLen)
	}
	g.start()
	return g
}

// from is a browser at an address.
func (g *guessing) from(address string) *browser {
	b := g.browser()
	b.headers["CF-Connecting-IP"] = address
	return b
}

func (b *browser) tryPassword(name, password string) answer {
	return b.post("/api/auth/sign-in/email", map[string]any{"email": strings.ToLower(name) + "@example.test", "password": password})
}

// wait advances the clock by what a 429 asks for, and returns that.
func (g *guessing) wait(t *testing.T, limited answer) time.Duration {
	t.Helper()
	require.Equal(t, http.StatusTooManyRequests, limited.Code, limited.Body.String())
	seconds, err := strconv.Atoi(limited.Header().Get("X-Retry-After"))
	require.NoError(t, err)
	g.now = g.now.Add(time.Duration(seconds) * time.Second)
	return time.Duration(seconds) * time.Second
}

func TestWrongPasswordsWaitLongerAndLongerButNotForEver(t *testing.T) {
	g := newGuessing(t)
	eve := g.from("203.0.113.1")
	for range 11 {
		require.Equal(t, http.StatusUnauthorized, eve.tryPassword("Ada", "wrong").Code)
		g.now = g.now.Add(10 * time.Second)
	}

	var waits []time.Duration
	for range 16 {
		require.Equal(t, http.StatusUnauthorized, eve.tryPassword("Ada", "wrong").Code, waits)
		waits = append(waits, g.wait(t, eve.tryPassword("Ada", password)))
		g.now = g.now.Add(10 * time.Second) // for the rule of three tries in ten seconds
	}
	for i := 1; i < len(waits); i++ {
		assert.GreaterOrEqual(t, waits[i], waits[i-1])
	}
	assert.Equal(t, 2*time.Second, waits[0])
	assert.Equal(t, 5*time.Minute, waits[len(waits)-1], "the longest")

	assert.Equal(t, http.StatusOK, eve.tryPassword("Ada", password).Code, "the right one, after the wait")
	for range 3 {
		g.now = g.now.Add(10 * time.Second)
		assert.Equal(t, http.StatusUnauthorized, eve.tryPassword("Ada", "wrong").Code, "what was wrong before is forgiven")
	}
}

// Per day, one address can try few passwords of an account, however it times its attempts.
func TestOneAddressGuessesLittle(t *testing.T) {
	for _, pause := range []time.Duration{31 * time.Second, time.Minute, 10 * time.Minute} {
		t.Run(pause.String(), func(t *testing.T) {
			g := newGuessing(t)
			eve := g.from("203.0.113.1")
			for end := g.now.Add(24 * time.Hour); g.now.Before(end); g.now = g.now.Add(pause) {
				eve.tryPassword("Ada", "wrong")
			}
			assert.LessOrEqual(t, g.looked, 24*60/5+20)
		})
	}
}

// Whatever others do from other addresses, the owner can sign in at once from an address without a wrong password, and within a
// minute after a typo.
func TestNobodyLocksTheOwnerOut(t *testing.T) {
	for seed := range uint64(4) {
		g := newGuessing(t)
		random := rand.New(rand.NewPCG(seed, 7))
		for range 250 {
			eve := g.from(fmt.Sprintf("198.51.100.%d", random.IntN(60)))
			for range 1 + random.IntN(4) {
				eve.tryPassword("Ada", "wrong")
			}
			g.now = g.now.Add(time.Duration(random.IntN(5000)) * time.Millisecond)
		}
		require.Equal(t, http.StatusOK, g.from("192.0.2.1").tryPassword("Ada", password).Code, "seed %d", seed)

		owner := g.from("192.0.2.2")
		require.Equal(t, http.StatusUnauthorized, owner.tryPassword("Ada", "a slip").Code)
		if second := owner.tryPassword("Ada", password); second.Code != http.StatusOK {
			assert.LessOrEqual(t, g.wait(t, second), time.Minute, "seed %d", seed)
			assert.Equal(t, http.StatusOK, owner.tryPassword("Ada", password).Code, "seed %d", seed)
		}
	}
}

// Many addresses together are slowed: each waits after its first wrong password, once the account has had many.
func TestManyAddressesAreSlowed(t *testing.T) {
	g := newGuessing(t)
	for round := range 4 {
		for i := range 30 {
			g.from(fmt.Sprintf("198.51.100.%d", i)).tryPassword("Ada", "wrong")
		}
		if round == 0 {
			assert.Equal(t, 30, g.looked)
		}
	}
	assert.Less(t, g.looked, 60, "without the count by account: 90")
}

// The four routes where a password can be guessed share the counter of an account; each session also has its own.
func TestGuessesInSessions(t *testing.T) {
	g := newGuessing(t)
	thief, owner := g.browser(), g.browser()
	require.Equal(t, http.StatusOK, thief.signIn("Ada").Code)
	require.Equal(t, http.StatusOK, owner.signIn("Ada").Code)
	wrong := func(i int) answer {
		g.now = g.now.Add(10 * time.Second)
		thief.headers["CF-Connecting-IP"] = fmt.Sprintf("198.51.100.%d", i)
		if i%2 == 0 {
			return thief.post("/api/auth/verify-password", map[string]any{"password": "wrong"})
		}
		return thief.post("/api/auth/change-password", map[string]any{"currentPassword": "wrong", "newPassword": "a new password"})
	}
	before := g.looked
	for i := range 60 {
		wrong(i)
	}
	assert.LessOrEqual(t, g.looked-before, 20, "of 60 in ten minutes, and new addresses do not help")

	owner.headers["CF-Connecting-IP"] = "192.0.2.1"
	verified := owner.post("/api/auth/verify-password", map[string]any{"password": password})
	assert.Equal(t, http.StatusOK, verified.Code, verified.Body.String())
	changed := owner.post("/api/auth/change-password", map[string]any{"currentPassword": password, "newPassword": "a new password"})
	assert.Equal(t, http.StatusOK, changed.Code, changed.Body.String())
}

// Occasional attempts never wait.
func TestRightPasswordsNeverWait(t *testing.T) {
	g := newGuessing(t)
	ada := g.from("192.0.2.1")
	for range 40 {
		require.Equal(t, http.StatusOK, ada.signIn("Ada").Code)
		require.Equal(t, http.StatusOK, ada.post("/api/auth/verify-password", map[string]any{"password": password}).Code)
		g.now = g.now.Add(10 * time.Second)
	}
}

// Concurrent attempts are counted before any of them is verified.
func TestGuessesAtOnce(t *testing.T) {
	g := newGuessing(t)
	var group sync.WaitGroup
	for i := range 400 {
		group.Go(func() { g.browser().tryPassword("Ada", "wrong "+strconv.Itoa(i)) })
	}
	group.Wait()
	assert.Equal(t, 101, g.looked, "of a way that many may share")
}

func TestOneAddressOverAllPaths(t *testing.T) {
	g := newGuessing(t)
	ada := g.browser()
	require.Equal(t, http.StatusOK, ada.signIn("Ada").Code)
	tries := []func(*browser) answer{
		func(b *browser) answer { return b.tryPassword("Eve", "wrong") },
		func(b *browser) answer {
			return b.post("/api/auth/verify-password", map[string]any{"password": "wrong"})
		},
		func(b *browser) answer {
			return b.post("/api/auth/change-password", map[string]any{"currentPassword": "wrong", "newPassword": "12345678"})
		},
		func(b *browser) answer {
			return b.post("/api/auth/sign-up/email", map[string]any{"name": "", "email": "ada@example.test", "password": "12345678"})
		},
	}
	ada.headers["CF-Connecting-IP"] = "203.0.113.1"
	for i := range 10 {
		g.start() // another isolate each time
		require.NotEqual(t, http.StatusTooManyRequests, tries[i%4](ada).Code, i)
	}
	for i := range tries {
		g.start()
		assert.Equal(t, http.StatusTooManyRequests, tries[i](ada).Code, i)
	}
	ada.headers["CF-Connecting-IP"] = "203.0.113.2"
	assert.NotEqual(t, http.StatusTooManyRequests, tries[0](ada).Code, "another address")
}

func TestOneAddressOverUnknownPaths(t *testing.T) {
	site := newSite(t)
	b := site.browser()
	b.headers["CF-Connecting-IP"] = "203.0.113.1"
	limited := 0
	for i := range 600 {
		if b.get("/api/auth/nowhere-"+strconv.Itoa(i)).Code == http.StatusTooManyRequests {
			limited++
		}
	}
	assert.Equal(t, 100, limited)
}

// Active counters stay, however many others are added. Expired ones are removed, some with each attempt, the rest by the schedule.
func TestFloodFlushesNoCounter(t *testing.T) {
	g := newGuessing(t)
	now := g.now.UnixMilli()
	flood := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) INSERT INTO `
	g.sql(flood+`rate_limit (key, count, last_request) SELECT 'old ' || i, 1, ? - 7200000 - i FROM n`, now)
	g.sql(flood+`rate_limit (key, count, last_request) SELECT 'new ' || i, 1, ? FROM n`, now)
	g.sql(flood+`quota (key, count, expires_at) SELECT 'old ' || i, 1, ? - i FROM n`, now)
	g.sql(flood+`quota (key, count, expires_at) SELECT 'new ' || i, 1, ? + 1000 FROM n`, now)
	left := func(table, age string) int64 {
		return g.count("SELECT count(*) FROM " + table + " WHERE key LIKE '" + age + " %'")
	}

	g.from("203.0.113.1").tryPassword("Ada", "wrong")
	for _, table := range []string{"rate_limit", "quota"} {
		assert.EqualValues(t, 6000, left(table, "new"), table)
		assert.Less(t, left(table, "old"), int64(6000-3), "%s: more than a try adds", table)
		assert.Greater(t, left(table, "old"), int64(5900), "%s: a try does bounded work", table)
	}

	for range 2 {
		require.NoError(t, g.app.Scheduled(t.Context(), g.now))
	}
	for _, table := range []string{"rate_limit", "quota"} {
		assert.EqualValues(t, 6000, left(table, "new"), table)
		assert.Zero(t, left(table, "old"), table)
	}
}

// The counters cost no round trip, and identify no user.
func TestCountingGuesses(t *testing.T) {
	g := newGuessing(t)
	b := g.from("203.0.113.1")
	tripsOf := func(call func() answer) int {
		g.db.trips = 0
		call()
		return g.db.trips
	}
	assert.Equal(t, 1, tripsOf(func() answer { return b.tryPassword("Ada", "wrong") }))
	assert.Equal(t, 2, tripsOf(func() answer { return b.signIn("Ada") }))
	assert.Equal(t, 2, tripsOf(func() answer { return b.post("/api/auth/verify-password", map[string]any{"password": password}) }))
	assert.Equal(t, 3, tripsOf(func() answer {
		return b.post("/api/auth/change-password", map[string]any{"currentPassword": password, "newPassword": password})
	}))

	b.tryPassword("Ada", "wrong")
	for _, row := range g.sql("SELECT key FROM quota") {
		assert.NotContains(t, row.Text(0), "ada")
		assert.NotContains(t, row.Text(0), "203.0.113")
	}
	assert.NotZero(t, g.count("SELECT count(*) FROM quota"))
}

// An attempt that was refused for lack of time is not a wrong password, and earlier wrong ones still count.
func TestBusyIsNoGuess(t *testing.T) {
	tries := map[string]func(*browser) answer{
		"sign-in": func(b *browser) answer { return b.tryPassword("Ada", "wrong") },
		"verify": func(b *browser) answer {
			return b.post("/api/auth/verify-password", map[string]any{"password": "wrong"})
		},
		"password": func(b *browser) answer {
			return b.post("/api/auth/change-password", map[string]any{"currentPassword": "wrong", "newPassword": "12345678"})
		},
	}
	for name, try := range tries {
		t.Run(name, func(t *testing.T) {
			g := newGuessing(t)
			ada := g.from("192.0.2.1")
			require.Equal(t, http.StatusOK, ada.signIn("Ada").Code)
			for range 2 {
				require.Contains(t, []int{http.StatusUnauthorized, http.StatusBadRequest}, try(ada).Code)
				g.now = g.now.Add(20 * time.Second)
			}
			counted := func() []d1.Row { return g.sql("SELECT key, count FROM quota WHERE ready_at IS NOT NULL ORDER BY key") }
			before := counted()
			leave := g.app.KeysTaken()

			for range 5 {
				require.Equal(t, http.StatusServiceUnavailable, try(ada).Code)
				g.now = g.now.Add(20 * time.Second)
			}

			after := counted()
			require.Len(t, after, len(before))
			for i := range before {
				assert.Equal(t, before[i].Int(1), after[i].Int(1), before[i].Text(0))
			}
			leave()
			assert.Equal(t, http.StatusOK, ada.signIn("Ada").Code)
		})
	}
}
