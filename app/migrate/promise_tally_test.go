package migrate_test

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// tally counts the results of each kind of file.
type tally struct {
	sync.Mutex
	cases, unusable int
	kinds           map[string]*count
	broken          []string
}

type count struct {
	drawn, accepted, fair, fairAccepted int
	refusal                             string // of a fair one
}

func (s *tally) add(p promise, done kept, fair bool, broken string) {
	s.Lock()
	defer s.Unlock()
	s.cases++
	kind := s.kinds[p.draft.kind]

	if kind == nil {
		kind = &count{}
		s.kinds[p.draft.kind] = kind
	}
	kind.drawn++
	if done.accepted {
		kind.accepted++
	}
	if fair {
		kind.fair++
		if done.accepted {
			kind.fairAccepted++
		} else {
			kind.refusal = fmt.Sprintf("seed %d: %s", p.seed, done.refusal)
		}
	}
	if broken != "" {
		keepBroken(p, broken)
		s.broken = append(s.broken, broken+"\n"+p.String())
	}
}

func (s *tally) skip(p promise, err error) {
	s.Lock()
	defer s.Unlock()
	s.unusable++
	if os.Getenv("ADDREAMS_PROMISE_VERBOSE") != "" {
		fmt.Println("unusable: seed", p.seed, err)
	}
}

// report fails for broken promises, and for honest kinds of which less than the share was accepted.
func (s *tally) report(t *testing.T, share float64) {
	t.Helper()
	t.Logf("%d cases, and %d whose schema was no use", s.cases, s.unusable)

	for _, name := range sorted(s.kinds) {
		kind := s.kinds[name]
		t.Logf("%-55s %5d drawn %5d accepted %5d fair %5d of them accepted", name, kind.drawn, kind.accepted, kind.fair, kind.fairAccepted)
		if kind.fair >= 10 && float64(kind.fairAccepted) < share*float64(kind.fair) {
			t.Errorf("%s: %d of %d honest files accepted; one that was not: %s", name, kind.fairAccepted, kind.fair, kind.refusal)
		}
	}
	for i, broken := range s.broken {
		if i == number(t, "ADDREAMS_PROMISE_SHOWN", 12) {
			t.Errorf("and %d more broken", len(s.broken)-i)
			break
		}
		t.Error(broken)
	}
	require.Less(t, s.unusable, s.cases/4+1, "too many schemas are no use")
}

func sorted[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
