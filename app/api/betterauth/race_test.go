package betterauth_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

// Requests to /api/auth run concurrently, each in an isolate of its own, on one database. Wherever one waits (for the
// database, for scrypt, for a provider), the others may run: every order of their steps is tried. Whatever the order, the
// outcome must be that of the requests made one after another, in one of the possible sequences; and those who lost access
// have none.
func TestNoRaceLeavesADoorOpen(t *testing.T) {
	for name, make := range map[string]func(*testing.T) *raceWorld{
		"empty": emptyWorld, "squatted": squattedWorld, "verified": verifiedWorld,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world := make(t)
			acts := world.acts()
			for i := range acts {
				for j := i; j < len(acts); j++ {
					world.explore(acts[i], acts[j].again(i == j))
				}
			}
			t.Logf("%d pairs, %d interleavings", world.sets, world.interleavings)
			assert.Greater(t, world.interleavings, world.sets*10)
		})
	}
}

// For three requests only the trips to the database count as waits: scrypt and the providers share nothing.
func TestNoRaceOfThreeLeavesADoorOpen(t *testing.T) {
	cases := map[string]struct {
		world  func(*testing.T) *raceWorld
		triple []string
	}{
		"sign-in, change, Google":      {squattedWorld, []string{"sign-in", "change", "sign in with google"}},
		"sign-in, change all, Google":  {squattedWorld, []string{"sign-in", "change and revoke", "sign in with google"}},
		"both providers and a change":  {squattedWorld, []string{"sign in with github", "change and revoke", "sign in with google"}},
		"verification, both providers": {squattedWorld, []string{"verify", "sign in with github", "sign in with google"}},
		"reset, sign-in, Google":       {squattedWorld, []string{"reset", "sign-in", "sign in with google"}},
		"link, revocation, change":     {verifiedWorld, []string{"link", "revoke all", "change and revoke"}},
		"two changes and a sign-in":    {verifiedWorld, []string{"change", "change and revoke", "sign-in"}},
		"unlink, Google, refresh":      {verifiedWorld, []string{"unlink google", "sign in with google", "refresh"}},
		"unlink, unlink, sign-in":      {verifiedWorld, []string{"unlink google", "unlink password", "sign-in"}},
		"update, revocation, change":   {verifiedWorld, []string{"update", "revoke", "change and revoke"}},
		"deletion, sign-in, Google":    {squattedWorld, []string{"delete", "sign-in", "sign in with google"}},
		"deletion, change, link":       {verifiedWorld, []string{"delete", "change and revoke", "link"}},
		"a key, its use, Google":       {squattedWorld, []string{"create key", "use key", "sign in with google"}},
		"a key, sign-in, Google":       {squattedWorld, []string{"create key", "sign-in", "sign in with google"}},
		"a key, two revocations":       {verifiedWorld, []string{"create key", "change and revoke", "revoke"}},
		"a key, disabled and deleted":  {verifiedWorld, []string{"use key", "disable key", "delete key"}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world := tc.world(t)
			world.databaseOnly = true
			var acts []act
			for _, wanted := range tc.triple {
				at := slices.IndexFunc(world.acts(), func(a act) bool { return a.name == wanted })
				require.GreaterOrEqual(t, at, 0, wanted)
				acts = append(acts, world.acts()[at])
			}
			world.explore(acts...)
			t.Logf("%d interleavings", world.interleavings)
		})
	}
}

// explore tries every interleaving of the acts, and compares each outcome with those of the sequences.
func (w *raceWorld) explore(acts ...act) {
	sequences := map[string]bool{}
	for order := range permutations(len(acts)) {
		sequences[w.inSequence(acts, order).String()] = true
	}

	names := make([]string, len(acts))
	for i, a := range acts {
		names[i] = a.name
	}
	w.sets++
	var prefix []int
	for {
		steps, outcome := w.interleave(acts, prefix)
		w.interleavings++
		if !sequences[outcome.String()] || !w.holds(acts, outcome) {
			w.T.Errorf("%s, in the order %v: %s\nin sequence:\n  %s", strings.Join(names, " | "), steps, outcome,
				strings.Join(slices.Sorted(keysOf(sequences)), "\n  "))
			return
		}
		var more bool
		if prefix, more = apitest.NextSchedule(steps); !more {
			return
		}
	}
}

// interleave runs the acts concurrently, as the prefix says.
func (w *raceWorld) interleave(acts []act, prefix []int) ([]apitest.Step, outcome) {
	w.restore()
	browsers := make([]*apitest.Browser, len(acts))
	answers := make([]apitest.Answer, len(acts))
	going := make([]func(*apitest.Turn), len(acts))
	for i, a := range acts {
		browsers[i] = w.browserOf(a, i)
		going[i] = func(turn *apitest.Turn) {
			w.isolates[i].turn = turn
			answers[i] = a.do(browsers[i])
		}
	}

	steps := apitest.Interleave(prefix, going...)

	for i := range acts {
		w.isolates[i].turn = nil
	}
	w.answered = answers
	return steps, w.outcome(acts, browsers, answers)
}

// inSequence runs the acts one after another.
func (w *raceWorld) inSequence(acts []act, order []int) outcome {
	w.restore()
	browsers := make([]*apitest.Browser, len(acts))
	answers := make([]apitest.Answer, len(acts))
	for _, i := range order {
		browsers[i] = w.browserOf(acts[i], i)
		answers[i] = acts[i].do(browsers[i])
	}
	return w.outcome(acts, browsers, answers)
}

// permutations yields every order of n things.
func permutations(n int) func(func([]int) bool) {
	return func(yield func([]int) bool) {
		var extend func(order []int) bool
		extend = func(order []int) bool {
			if len(order) == n {
				return yield(slices.Clone(order))
			}
			for i := range n {
				if !slices.Contains(order, i) && !extend(append(order, i)) {
					return false
				}
			}
			return true
		}

		extend(nil)
	}
}
