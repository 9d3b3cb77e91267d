package migrate_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
)

// The same promises on D1 in workerd, each case on its own database in one process. D1 accepts exactly what SQLite accepts.
// ADDREAMS_PROMISE_D1_CASES and ADDREAMS_PROMISE_START set how many: 1000 is the full count.
func TestPromisesOnWorkerd(t *testing.T) {
	cloud := startCloud(t)
	list := seeds(t, number(t, "ADDREAMS_PROMISE_D1_CASES", promisesOnWorkerd))
	databases := map[int]d1.Database{}
	for _, seed := range list {
		databases[seed] = struct{ d1.Database }{cloud.database(t, fmt.Sprint("promise-", seed))} // without bookmarks, to be quick
	}

	counted := &tally{kinds: map[string]*count{}}
	work := make(chan int)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for seed := range work {
				counted.tryTwice(t.Context(), seed, databases[seed])
			}
		})
	}
	for _, seed := range list {
		work <- seed
	}
	close(work)
	group.Wait()
	counted.report(t, 0.9)
}

// tryTwice tries one case on SQLite and on D1.
func (s *tally) tryTwice(ctx context.Context, seed int, real d1.Database) {
	p := promises.Example(seed)
	local, err := sqlite.Open(sqlite.Memory)
	if err != nil {
		s.add(seed, p, kept{}, false, err.Error())
		return
	}
	defer local.Close()
	if err := p.prepare(ctx, local); err != nil {
		s.skip(seed, err)
		return
	}
	if err := p.repeat(ctx, real); err != nil {
		s.add(seed, p, kept{}, false, "D1 refuses the schema or rows that SQLite takes: "+err.Error())
		return
	}

	here, _, err := p.hold(ctx, local)
	there, broken, failed := p.hold(ctx, real)
	switch {
	case err != nil || failed != nil:
		broken = fmt.Sprintf("the test failed: %v, %v", err, failed)
	case broken == "" && here.accepted != there.accepted:
		broken = fmt.Sprintf("accepted on SQLite: %t (%s), on D1: %t (%s)", here.accepted, here.refusal, there.accepted, there.refusal)
	}
	s.add(seed, p, there, p.fair(ctx), broken)
}
