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
	t.Parallel()
	cloud := theCloud(t)
	type task struct {
		promise
		on d1.Database
	}

	counted := &tally{kinds: map[string]*count{}}
	work := make(chan task)
	var group sync.WaitGroup
	for range 4 { // each waits for workerd most of the time
		group.Go(func() {
			for one := range work {
				counted.tryTwice(t.Context(), one.drawn(), one.on)
			}
		})
	}
	for _, p := range cases(t, number(t, "ADDREAMS_PROMISE_D1_CASES", promisesOnWorkerd)) {
		work <- task{p, unmarked(cloud.database(t))}
	}
	close(work)
	group.Wait()
	counted.report(t, 0.9)
}

// tryTwice tries one case on SQLite and on D1.
func (s *tally) tryTwice(ctx context.Context, p promise, real d1.Database) {
	local, err := sqlite.Open(sqlite.Memory)
	if err != nil {
		s.add(p, kept{}, false, err.Error())
		return
	}
	defer local.Close()
	if err := p.prepare(ctx, local); err != nil {
		s.skip(p, err)
		return
	}
	if err := p.repeat(ctx, real); err != nil {
		s.add(p, kept{}, false, "D1 refuses the schema or rows that SQLite takes: "+err.Error())
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
	s.add(p, there, p.fair(ctx), broken)
}

// unmarked hides a database's bookmarks: the local Cloudflare copies the file for each.
func unmarked(db d1.Database) d1.Database { return struct{ d1.Database }{db} }
