package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
)

// crashes are what a program does when it is killed.
var crashes = map[string]struct {
	model string
	task  func() http.HandlerFunc // nil for a task that has succeeded
	act   func(u *user)
	least int // points
}{
	"an order that waits for its answer":        {"qwen-image-3.0", nil, func(u *user) { u.orderPhoto() }, 14},
	"an order that waits for its task":          {taskModel, nil, func(u *user) { u.orderPhoto() }, 20},
	"an order that waits for a task that fails": {taskModel, failingTask, func(u *user) { u.orderPhoto() }, 16},
	"an order that does not wait, its readers, and the schedule": {
		taskModel, func() http.HandlerFunc { return inStates("PENDING", "RUNNING", "SUCCEEDED") }, func(u *user) {
			u.orderPhoto("Prefer", "respond-async")
			u.lookThrough()
		}, 26,
	},
	"an order that does not wait, and the schedule alone": {taskModel, nil, func(u *user) {
		u.orderPhoto("Prefer", "respond-async")
		u.Later(time.Minute)
		sweep(u.World)
	}, 20},
	"an order of a video, its readers, and the schedule": {
		videoModel, func() http.HandlerFunc { return inStates("PENDING", "RUNNING", "SUCCEEDED") }, func(u *user) {
			u.do(http.MethodPost, videoRoute, videoOrder(""))
			u.lookThrough()
		}, 26,
	},
	"an order of a video that fails, and the schedule": {videoModel, failingTask, func(u *user) {
		u.do(http.MethodPost, videoRoute, videoOrder(""))
		u.Later(time.Minute)
		sweep(u.World)
	}, 16},
	"an order of a video that is deleted before it has begun": {videoModel, cancelledTask, func(u *user) {
		u.do(http.MethodPost, videoRoute, videoOrder(""))
		u.deleteAll()
	}, 16},
	"an order that is deleted while its task has not begun": {taskModel, cancelledTask, func(u *user) {
		u.orderPhoto("Prefer", "respond-async")
		u.deleteAll()
	}, 16},
	"an order that is deleted while its task is at work": {taskModel, func() http.HandlerFunc { return inStates("RUNNING") }, func(u *user) {
		u.orderPhoto("Prefer", "respond-async")
		u.deleteAll()
	}, 16},
}

func failingTask() http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"output":{"task_status":"FAILED","code":"DataInspectionFailed","message":"x"}}`))
	}
}

// cancelledTask is one that can be cancelled, and is then.
func cancelledTask() http.HandlerFunc {
	cancelled := false
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			cancelled = true
			_, _ = w.Write([]byte(`{"request_id":"r"}`))
		case cancelled:
			apitest.SendTask(w, "CANCELED")
		default:
			apitest.SendTask(w, "PENDING")
		}
	}
}

// orderPhoto places an order with a reference.
func (u *user) orderPhoto(headers ...string) {
	u.do(http.MethodPost, referenceRoute, orderWith(dataURL(pngOf(512, 512))), headers...)
}

// lookThrough reads every generation, until none is running.
func (u *user) lookThrough() {
	for range 10 {
		u.Later(5 * time.Second)
		for _, item := range decode[historyPage](u.T, u.get("/api/history")).Items {
			u.get("/api/history/" + item.ID)
		}
	}
}

func (u *user) deleteAll() {
	for _, item := range decode[historyPage](u.T, u.get("/api/history")).Items {
		u.do(http.MethodDelete, "/api/history/"+item.ID, "")
	}
}

// sellVideos configures videos of five credits, from the next start on.
func sellVideos(s *apitest.World) {
	s.Env[binding.QwenVideoModel], s.Env[binding.CreditPrices] = videoModel, videoModel+"=1"
}

// dieIn runs an act in a program that ends at a step, and returns the steps that it took. ending is 0 for a program that lives on.
func (u *user) dieIn(ending int, act func(*user)) int {
	mortal := &life{ending: ending}
	u.Start(func(p *platform.Platform) {
		p.DB, p.Bucket = mortalDB{p.DB, mortal}, mortalBucket{p.Bucket, mortal}
		p.HTTP = native.HTTPClient(mortalHTTP{u.Images, mortal})
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		act(u)
	}()
	<-done
	u.Start()
	mortal.mu.Lock()
	defer mortal.mu.Unlock()

	return mortal.steps
}

// sweepAll lets the schedule run until nothing is left to do.
func sweepAll(s *apitest.World) {
	for _, pause := range []time.Duration{10 * time.Minute, 10 * time.Minute, 25 * time.Hour, 2 * time.Hour} {
		s.Later(pause)
		sweep(s)
	}
}

// checkBooks checks that every debit is a generation that has its objects or a refund, and that there is nothing else.
func checkBooks(t assert.TestingT, s *apitest.World, users ...*user) {
	for _, u := range users {
		sum := s.Count("SELECT coalesce(sum(delta), 0) FROM credit_ledger WHERE user_id = ?", u.id)
		balance := u.balance()
		assert.Equal(t, 10+sum, balance[0]+balance[1], "the ledger agrees with the balance")
	}
	assert.Empty(t, s.SQL("SELECT 1 FROM credit_ledger GROUP BY generation_id HAVING count(*) > 1 AND sum(delta) <> 0"), "what is refunded is what was taken")
	assert.Empty(t, s.SQL("SELECT 1 FROM generation WHERE status NOT IN ('succeeded', 'failed')"), "everything has ended")
	assert.Empty(t, s.SQL("SELECT 1 FROM generation_task"))
	assert.Empty(t, s.SQL("SELECT 1 FROM generation_discard"))
	assert.Empty(t, s.SQL(`SELECT id FROM generation g
		WHERE (SELECT count(*) FROM credit_ledger WHERE generation_id = g.id AND reason = 'generation_debit') <> 1
			OR (SELECT count(*) FROM credit_ledger WHERE generation_id = g.id AND reason = 'generation_refund') <> (g.status = 'failed')`),
		"one debit per generation, and a refund of those that failed")

	var named []string
	for _, row := range s.SQL(`
		SELECT r2_key AS key FROM generation_asset
		UNION SELECT r2_key FROM generation WHERE status = 'succeeded'
		UNION SELECT json_extract(input_json, '$.referenceKey') FROM generation WHERE json_extract(input_json, '$.referenceKey') IS NOT NULL`) {
		named = append(named, fmt.Sprint(row.Values()[0]))
	}
	assert.ElementsMatch(t, named, slices.Collect(maps.Keys(s.Bucket.Objects)), "rows and objects agree")
}

// Killed at any point, before or after any call of the database, the provider, an image host or the bucket, a program leaves
// what the schedule brings to a good end.
func TestCrashes(t *testing.T) {
	points := 0
	for name, tc := range crashes {
		world := func(t *testing.T) (*apitest.World, *user) {
			s := apitest.New(t, apitest.Silent)
			s.Env[binding.QwenImageEditModel] = tc.model
			sellVideos(s)
			s.Start()
			if tc.task != nil {
				s.Images.Task = tc.task()
			}
			return s, signUp(s, "ada")
		}
		_, whole := world(t)
		steps := whole.dieIn(0, tc.act)
		require.GreaterOrEqual(t, steps, tc.least, name)
		sweepAll(whole.World)
		checkBooks(t, whole.World, whole)

		for ending := 1; ending <= steps; ending++ {
			t.Run(fmt.Sprintf("%s, step %d", strings.ReplaceAll(name, ",", ""), ending), func(t *testing.T) {
				s, ada := world(t)
				ada.dieIn(ending, tc.act)
				sweepAll(s)
				checkBooks(t, s, ada)
			})
		}
		t.Logf("%s: %d points", name, steps)
		points += steps
	}
	t.Logf("%d points", points)
}
