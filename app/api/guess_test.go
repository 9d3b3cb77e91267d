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

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/d1/d1test"
)

// guessing is a world where Ada has an account, with a count of the passwords that are checked.
type guessing struct {
	*apitest.World
	looked int
	mutex  sync.Mutex
}

func newGuessing(t *testing.T) *guessing {
	g := &guessing{World: apitest.New(t)}
	g.Browser().SignUp("Ada")
	g.Scrypt = func(ctx context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error) {
		g.mutex.Lock()
		g.looked++
		g.mutex.Unlock()
		return apitest.QuickScrypt(ctx, password, salt, n, r, p, keyLen)
	}
	g.Start()
	return g
}

// from makes a browser at an address.
func (g *guessing) from(address string) *apitest.Browser {
	b := g.Browser()
	b.Headers["CF-Connecting-IP"] = address
	return b
}

func tryPassword(b *apitest.Browser, name, password string) apitest.Answer {
	return b.Post("/api/auth/sign-in/email", map[string]any{"email": strings.ToLower(name) + "@example.test", "password": password})
}

// wait moves the clock by what a 429 asks for, and returns it.
func (g *guessing) wait(t *testing.T, limited apitest.Answer) time.Duration {
	t.Helper()
	require.Equal(t, http.StatusTooManyRequests, limited.Code, limited.Body.String())
	seconds, err := strconv.Atoi(limited.Header().Get("X-Retry-After"))
	require.NoError(t, err)
	g.Later(time.Duration(seconds) * time.Second)
	return time.Duration(seconds) * time.Second
}

func TestWrongPasswordsWaitLongerAndLongerButNotForEver(t *testing.T) {
	g := newGuessing(t)
	eve := g.from("203.0.113.1")
	for range 11 {
		require.Equal(t, http.StatusUnauthorized, tryPassword(eve, "Ada", "wrong").Code)
		g.Later(10 * time.Second)
	}

	var waits []time.Duration
	for range 16 {
		require.Equal(t, http.StatusUnauthorized, tryPassword(eve, "Ada", "wrong").Code, waits)
		waits = append(waits, g.wait(t, tryPassword(eve, "Ada", apitest.Password)))
		g.Later(10 * time.Second) // for the rule of three tries in ten seconds
	}
	for i := 1; i < len(waits); i++ {
		assert.GreaterOrEqual(t, waits[i], waits[i-1])
	}
	assert.Equal(t, 2*time.Second, waits[0])
	assert.Equal(t, 5*time.Minute, waits[len(waits)-1], "the longest")

	assert.Equal(t, http.StatusOK, tryPassword(eve, "Ada", apitest.Password).Code, "the right one, after the wait")
	for range 3 {
		g.Later(10 * time.Second)
		assert.Equal(t, http.StatusUnauthorized, tryPassword(eve, "Ada", "wrong").Code, "what was wrong before is forgiven")
	}
}

// Per day, one address can try few passwords of an account, however it times its attempts.
func TestOneAddressGuessesLittle(t *testing.T) {
	for _, pause := range []time.Duration{31 * time.Second, time.Minute, 10 * time.Minute} {
		t.Run(pause.String(), func(t *testing.T) {
			t.Parallel()
			g := newGuessing(t)
			eve := g.from("203.0.113.1")

			for end := g.Now().Add(24 * time.Hour); g.Now().Before(end); g.Later(pause) {
				tryPassword(eve, "Ada", "wrong")
			}

			assert.LessOrEqual(t, g.looked, 24*60/5+20)
		})
	}
}

// Whatever others do from other addresses, the owner can sign in at once from an address without a wrong password, and within a
// minute after a typo.
func TestNobodyLocksTheOwnerOut(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			g := newGuessing(t)
			random := rand.New(rand.NewPCG(seed, 7))
			for range 250 {
				eve := g.from(fmt.Sprintf("198.51.100.%d", random.IntN(60)))
				for range 1 + random.IntN(4) {
					tryPassword(eve, "Ada", "wrong")
				}
				g.Later(time.Duration(random.IntN(5000)) * time.Millisecond)
			}

			require.Equal(t, http.StatusOK, tryPassword(g.from("192.0.2.1"), "Ada", apitest.Password).Code)

			owner := g.from("192.0.2.2")
			require.Equal(t, http.StatusUnauthorized, tryPassword(owner, "Ada", "a slip").Code)
			if second := tryPassword(owner, "Ada", apitest.Password); second.Code != http.StatusOK {
				assert.LessOrEqual(t, g.wait(t, second), time.Minute)
				assert.Equal(t, http.StatusOK, tryPassword(owner, "Ada", apitest.Password).Code)
			}
		})
	}
}

// Many addresses together are slowed down: once an account has had many wrong passwords, each address waits after its
// first one.
func TestManyAddressesAreSlowed(t *testing.T) {
	g := newGuessing(t)
	for round := range 4 {
		for i := range 30 {
			tryPassword(g.from(fmt.Sprintf("198.51.100.%d", i)), "Ada", "wrong")
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
	thief, owner := g.Browser(), g.Browser()
	require.Equal(t, http.StatusOK, thief.SignIn("Ada").Code)
	require.Equal(t, http.StatusOK, owner.SignIn("Ada").Code)
	wrong := func(i int) apitest.Answer {
		g.Later(10 * time.Second)
		thief.Headers["CF-Connecting-IP"] = fmt.Sprintf("198.51.100.%d", i)
		if i%2 == 0 {
			return thief.Post("/api/auth/verify-password", map[string]any{"password": "wrong"})
		}
		return thief.Post("/api/auth/change-password", map[string]any{"currentPassword": "wrong", "newPassword": "a new password"})
	}
	before := g.looked
	for i := range 60 {
		wrong(i)
	}
	assert.LessOrEqual(t, g.looked-before, 20, "of 60 in ten minutes, and new addresses do not help")

	owner.Headers["CF-Connecting-IP"] = "192.0.2.1"
	verified := owner.Post("/api/auth/verify-password", map[string]any{"password": apitest.Password})
	assert.Equal(t, http.StatusOK, verified.Code, verified.Body.String())
	changed := owner.Post("/api/auth/change-password", map[string]any{"currentPassword": apitest.Password, "newPassword": "a new password"})
	assert.Equal(t, http.StatusOK, changed.Code, changed.Body.String())
}

// Occasional attempts never wait.
func TestRightPasswordsNeverWait(t *testing.T) {
	g := newGuessing(t)
	ada := g.from("192.0.2.1")
	for range 40 {
		require.Equal(t, http.StatusOK, ada.SignIn("Ada").Code)
		require.Equal(t, http.StatusOK, ada.Post("/api/auth/verify-password", map[string]any{"password": apitest.Password}).Code)
		g.Later(10 * time.Second)
	}
}

// Concurrent attempts are counted before any of them is verified.
func TestGuessesAtOnce(t *testing.T) {
	g := newGuessing(t)
	var group sync.WaitGroup
	for i := range 400 {
		group.Go(func() { tryPassword(g.Browser(), "Ada", "wrong "+strconv.Itoa(i)) })
	}
	group.Wait()
	assert.Equal(t, 101, g.looked, "of a way that many may share")
}

func TestOneAddressOverAllPaths(t *testing.T) {
	g := newGuessing(t)
	ada := g.Browser()
	require.Equal(t, http.StatusOK, ada.SignIn("Ada").Code)

	tries := []func(*apitest.Browser) apitest.Answer{
		func(b *apitest.Browser) apitest.Answer { return tryPassword(b, "Eve", "wrong") },
		func(b *apitest.Browser) apitest.Answer {
			return b.Post("/api/auth/verify-password", map[string]any{"password": "wrong"})
		},
		func(b *apitest.Browser) apitest.Answer {
			return b.Post("/api/auth/change-password", map[string]any{"currentPassword": "wrong", "newPassword": "12345678"})
		},
		func(b *apitest.Browser) apitest.Answer {
			return b.Post("/api/auth/sign-up/email", map[string]any{"name": "", "email": "ada@example.test", "password": "12345678"})
		},
	}

	ada.Headers["CF-Connecting-IP"] = "203.0.113.1"
	for i := range 10 {
		g.Start() // another isolate each time
		require.NotEqual(t, http.StatusTooManyRequests, tries[i%4](ada).Code, i)
	}
	for i := range tries {
		g.Start()
		assert.Equal(t, http.StatusTooManyRequests, tries[i](ada).Code, i)
	}
	ada.Headers["CF-Connecting-IP"] = "203.0.113.2"

	assert.NotEqual(t, http.StatusTooManyRequests, tries[0](ada).Code, "another address")
}

func TestOneAddressOverUnknownPaths(t *testing.T) {
	site := apitest.New(t)
	b := site.Browser()
	b.Headers["CF-Connecting-IP"] = "203.0.113.1"
	limited := 0
	for i := range 600 {
		if b.Get("/api/auth/nowhere-"+strconv.Itoa(i)).Code == http.StatusTooManyRequests {
			limited++
		}
	}
	assert.Equal(t, 100, limited)
}

// Active counters stay, however many others are added. Expired ones are removed, some with each attempt, the rest by the schedule.
func TestFloodFlushesNoCounter(t *testing.T) {
	g := newGuessing(t)
	now := g.Now().UnixMilli()
	flood := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) INSERT INTO `
	g.SQL(flood+`rate_limit (key, count, last_request) SELECT 'old ' || i, 1, ? - 7200000 - i FROM n`, now)
	g.SQL(flood+`rate_limit (key, count, last_request) SELECT 'new ' || i, 1, ? FROM n`, now)
	g.SQL(flood+`quota (key, count, expires_at) SELECT 'old ' || i, 1, ? - i FROM n`, now)
	g.SQL(flood+`quota (key, count, expires_at) SELECT 'new ' || i, 1, ? + 1000 FROM n`, now)
	left := func(table, age string) int64 {
		return g.Count("SELECT count(*) FROM " + table + " WHERE key LIKE '" + age + " %'")
	}

	tryPassword(g.from("203.0.113.1"), "Ada", "wrong")
	for _, table := range []string{"rate_limit", "quota"} {
		assert.EqualValues(t, 6000, left(table, "new"), table)
		assert.Less(t, left(table, "old"), int64(6000-3), "%s: more than a try adds", table)
		assert.Greater(t, left(table, "old"), int64(5900), "%s: a try does bounded work", table)
	}

	for range 2 {
		require.NoError(t, g.App.Scheduled(t.Context(), g.Now()))
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
	tripsOf := func(call func() apitest.Answer) int {
		g.DB.Trips = 0
		call()
		return g.DB.Trips
	}
	assert.Equal(t, 1, tripsOf(func() apitest.Answer { return tryPassword(b, "Ada", "wrong") }))
	assert.Equal(t, 2, tripsOf(func() apitest.Answer { return b.SignIn("Ada") }))
	assert.Equal(t, 2, tripsOf(func() apitest.Answer {
		return b.Post("/api/auth/verify-password", map[string]any{"password": apitest.Password})
	}))
	assert.Equal(t, 3, tripsOf(func() apitest.Answer {
		return b.Post("/api/auth/change-password", map[string]any{"currentPassword": apitest.Password, "newPassword": apitest.Password})
	}))

	tryPassword(b, "Ada", "wrong")
	for _, row := range g.SQL("SELECT key FROM quota") {
		assert.NotContains(t, row.Text(0), "ada")
		assert.NotContains(t, row.Text(0), "203.0.113")
	}
	assert.NotZero(t, g.Count("SELECT count(*) FROM quota"))
}

// An attempt that was refused for lack of time is not a wrong password, and earlier wrong ones still count.
func TestBusyIsNoGuess(t *testing.T) {
	tries := map[string]func(*apitest.Browser) apitest.Answer{
		"sign-in": func(b *apitest.Browser) apitest.Answer { return tryPassword(b, "Ada", "wrong") },
		"verify": func(b *apitest.Browser) apitest.Answer {
			return b.Post("/api/auth/verify-password", map[string]any{"password": "wrong"})
		},
		"password": func(b *apitest.Browser) apitest.Answer {
			return b.Post("/api/auth/change-password", map[string]any{"currentPassword": "wrong", "newPassword": "12345678"})
		},
	}

	for name, try := range tries {
		t.Run(name, func(t *testing.T) {
			g := newGuessing(t)
			ada := g.from("192.0.2.1")
			require.Equal(t, http.StatusOK, ada.SignIn("Ada").Code)
			for range 2 {
				require.Contains(t, []int{http.StatusUnauthorized, http.StatusBadRequest}, try(ada).Code)
				g.Later(20 * time.Second)
			}
			counted := func() []d1test.Row {
				return g.SQL("SELECT key, count FROM quota WHERE ready_at IS NOT NULL ORDER BY key")
			}
			before := counted()
			leave := g.App.KeysTaken()

			for range 5 {
				require.Equal(t, http.StatusServiceUnavailable, try(ada).Code)
				g.Later(20 * time.Second)
			}

			after := counted()
			require.Len(t, after, len(before))
			for i := range before {
				assert.Equal(t, before[i].Int(1), after[i].Int(1), before[i].Text(0))
			}
			leave()
			assert.Equal(t, http.StatusOK, ada.SignIn("Ada").Code)
		})
	}
}
