package api_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
)

// program is one instance of the application beside others on the same database and bucket. With a turn, it waits before its
// operations; a dead one can do nothing any more.
type program struct {
	world *apitest.World
	platform.Bucket
	d1.Database
	app  *api.App
	turn *apitest.Turn
	dead bool
	all  bool // it waits before every operation, not only before those that change what the generation has
}

var errDead = errors.New("the program is dead")

func (p *program) wait() error {
	p.turn.Wait()
	if p.dead {
		return errDead
	}
	return nil
}

func (p *program) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	changes := slices.ContainsFunc(statements, func(s d1.Statement) bool {
		return strings.Contains(s.SQL, "UPDATE generation") || strings.Contains(s.SQL, "DELETE FROM generation")
	})
	if p.all || changes {
		p.turn.Wait()
	}
	if p.dead {
		return nil, errDead
	}
	return p.Database.Batch(ctx, statements...)
}

func (p *program) Put(ctx context.Context, key string, body io.Reader, options platform.PutOptions) error {
	if err := p.wait(); err != nil {
		return err
	}
	return p.Bucket.Put(ctx, key, body, options)
}

func (p *program) Delete(ctx context.Context, keys ...string) error {
	if err := p.wait(); err != nil {
		return err
	}
	return p.Bucket.Delete(ctx, keys...)
}

func (p *program) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.all {
		p.turn.Wait()
	}
	return p.world.Images.RoundTrip(r)
}

// begin starts a program with these notes.
func begin(s *apitest.World, left *notes) *program {
	p := &program{world: s, Bucket: s.Bucket, Database: s.DB}
	changed := s.Platform()
	changed.DB, changed.Bucket, changed.HTTP, changed.Notes = p, p, native.HTTPClient(p), left
	p.app = api.New(changed)
	return p
}

// recoveryWorld is a generation whose provider is at work. The program that began it is taken for dead.
type recoveryWorld struct {
	*apitest.World
	ada             *user
	programs        []*program // the one that began it, and one per act
	notes           []*notes
	id              string
	asked, answered chan struct{}
	ended           chan struct{}
}

func newRecoveryWorld(t *testing.T) *recoveryWorld {
	w := &recoveryWorld{World: apitest.New(t, apitest.Silent)}
	w.ada = signUp(w.World, "ada")
	for range 4 {
		left := &notes{}
		w.notes, w.programs = append(w.notes, left), append(w.programs, begin(w.World, left))
	}
	w.Images.Answer = func(rw http.ResponseWriter, _ *http.Request) {
		close(w.asked)
		<-w.answered
		apitest.SendImages(rw, 1)
	}
	return w
}

// order begins the generation, and returns when the provider has been asked and the reference is stored.
func (w *recoveryWorld) order() {
	for _, table := range []string{"generation_asset", "generation", "credit_ledger", "quota"} {
		w.SQL("DELETE FROM " + table)
	}
	w.SQL("UPDATE user_profile SET credits_product_shoots = 5, credits_ad_graphics = 5")
	require.NoError(w.T, w.Bucket.Delete(w.T.Context(), slices.Collect(maps.Keys(w.Bucket.Objects))...))
	for _, p := range w.programs {
		p.dead, p.turn = false, nil
	}
	w.asked, w.answered, w.ended = make(chan struct{}), make(chan struct{}), make(chan struct{})
	w.SetClock(time.Date(2026, 2, 10, 12, 0, 0, 0, time.UTC))

	body, _ := photoBody(200)
	go func() {
		defer close(w.ended)
		w.programs[0].app.ServeHTTP(httptest.NewRecorder(), w.ada.request(http.MethodPost, referenceRoute, strings.NewReader(body)))
	}()
	<-w.asked
	require.Eventually(w.T, func() bool { return w.Bucket.Len() == 1 }, 10*time.Second, 100*time.Microsecond)
	w.id = w.SQL("SELECT id FROM generation")[0].Text(0)
	w.Later(2 * time.Minute)
}

// act returns what may end the generation, on a program of its own: F is the first program, which is not dead after all, R a
// recovery with the provider's images, T one with its refusal, S the schedule, D the user, who deletes it.
func (w *recoveryWorld) act(kind rune, number int) func(*apitest.Turn) {
	p, left := w.programs[number], w.notes[0].left
	if kind == 'F' {
		p = w.programs[0]
	}
	return func(turn *apitest.Turn) {
		p.turn = turn
		defer func() { p.turn = nil }()

		switch kind {
		case 'F':
			turn.Wait()
			w.finish()
		case 'R', 'T':
			w.notes[number].answer = answered(func(rw http.ResponseWriter) { apitest.SendImages(rw, 1) })
			if kind == 'T' {
				w.notes[number].answer = answered(func(rw http.ResponseWriter) { rw.WriteHeader(http.StatusTooManyRequests) })
			}
			p.app.Recover(httptest.NewRecorder(), w.ada.request(http.MethodPost, referenceRoute, strings.NewReader("")), left)
		case 'S':
			assert.NoError(w.T, p.app.Scheduled(w.T.Context(), w.Now()))
		case 'D':
			p.app.ServeHTTP(httptest.NewRecorder(), w.ada.request(http.MethodDelete, "/api/history/"+w.id, nil, "Origin", apitest.Frontend))
		}
	}
}

// finish lets the first program go on to its end.
func (w *recoveryWorld) finish() {
	close(w.answered)
	<-w.ended
}

// run lets the acts run in the order of the prefix. Without F the first program is dead.
func (w *recoveryWorld) run(acts string, prefix []int) []apitest.Step {
	w.order()
	w.programs[0].dead = !strings.Contains(acts, "F")
	var going []func(*apitest.Turn)
	for i, kind := range acts {
		going = append(going, w.act(kind, i+1))
	}

	steps := apitest.Interleave(prefix, going...)

	if w.programs[0].dead {
		w.finish()
	}
	return steps
}

// check reports whether the generation ended once, paid or refunded, and the bucket has exactly what the rows name.
func (w *recoveryWorld) check() bool {
	ledger := w.SQL("SELECT coalesce(sum(delta), 0), count(*) FROM credit_ledger WHERE user_id = ?", w.ada.id)[0]
	balance := w.ada.balance()
	ok := assert.Equal(w.T, 10+ledger.Int(0), balance[0]+balance[1], "the ledger agrees with the balance")

	named := []string{}
	for _, row := range w.SQL(`SELECT status, coalesce(r2_key, ''), coalesce(json_extract(input_json, '$.referenceKey'), '') FROM generation`) {
		wanted := map[string][2]int64{"succeeded": {-1, 1}, "failed": {0, 2}}[row.Text(0)]
		ok = assert.Equal(w.T, wanted, [2]int64{ledger.Int(0), ledger.Int(1)}, "the ledger of a generation that is %s", row.Text(0)) && ok
		named = append(named, row.Text(1), row.Text(2))
	}
	named = slices.DeleteFunc(named, func(key string) bool { return key == "" })
	return assert.ElementsMatch(w.T, named, slices.Collect(maps.Keys(w.Bucket.Objects))) && ok
}

// Several may end a generation at the same time: a request that was taken for dead, recoveries in two isolates, the schedule,
// and the user, who deletes it. In whatever order their operations come, it ends once, and nothing is left over.
func TestRecoveriesAtOnce(t *testing.T) {
	for _, acts := range []string{"RR", "RT", "RS", "TS", "SS", "RD", "TD", "SD", "FR", "FT", "FS", "FD", "RRS", "RTS", "RRD", "RSD", "FRS", "FRD"} {
		t.Run(acts, func(t *testing.T) {
			t.Parallel()
			w := newRecoveryWorld(t)
			for _, p := range w.programs {
				p.all = len(acts) == 2
			}

			var prefix []int
			for schedules := 1; ; schedules++ {
				steps := w.run(acts, prefix)
				if !w.check() {
					t.Fatalf("in the order %v", steps)
				}
				var more bool
				if prefix, more = apitest.NextSchedule(steps); !more {
					t.Logf("%d interleavings", schedules)
					return
				}
			}
		})
	}
}
