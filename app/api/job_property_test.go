package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

// fates draws how each task goes: how many questions it takes, and what it ends with.
type fates struct {
	mu    sync.Mutex
	begun int
	asked map[string]int
	long  []int    // per task, modulo
	ends  []string // per task, modulo
}

func (f *fates) begin(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ends[f.begun%len(f.ends)] == "REFUSED" {
		f.begun++
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	fmt.Fprintf(w, `{"output":{"task_id":"%d","task_status":"PENDING"}}`, f.begun)
	f.begun++
}

func (f *fates) answer(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var number int
	_, _ = fmt.Sscanf(strings.TrimPrefix(r.URL.Path, "/api/v1/tasks/"), "%d", &number)
	id := fmt.Sprint(number)
	length, end := f.long[number%len(f.long)], f.ends[number%len(f.ends)]
	switch {
	case f.asked[id] < 0:
		apitest.SendTask(w, "CANCELED")
	case strings.HasSuffix(r.URL.Path, "/cancel") && f.asked[id] == 0:
		f.asked[id] = -1
		_, _ = w.Write([]byte(`{"request_id":"r"}`))
	case strings.HasSuffix(r.URL.Path, "/cancel"):
		http.Error(w, `{"code":"UnsupportedOperation"}`, http.StatusBadRequest)
	case f.asked[id] < length:
		f.asked[id]++
		apitest.SendTask(w, "RUNNING")
	case end == "DOWN":
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		apitest.SendTask(w, end)
	}
}

// act returns one thing that happens: an order that waits, one that does not, one of a video, a look at the history, the schedule, or a deletion.
func (u *user) act(kind string) func(*apitest.Turn) {
	p := begin(u.World, &notes{})
	p.all = true
	serve := func(method, path, body string, headers ...string) *httptest.ResponseRecorder {
		response := httptest.NewRecorder()
		p.app.ServeHTTP(response, u.request(method, path, strings.NewReader(body), append(headers, "Origin", apitest.Frontend)...))
		return response
	}
	return func(turn *apitest.Turn) {
		p.turn = turn
		defer func() { p.turn = nil }()

		switch kind {
		case "order":
			serve(http.MethodPost, referenceRoute, orderWith(dataURL(pngOf(512, 512))))
		case "async":
			serve(http.MethodPost, referenceRoute, orderWith(dataURL(pngOf(512, 512))), "Prefer", "respond-async")
		case "video":
			serve(http.MethodPost, videoRoute, videoOrder(""))
		case "schedule":
			u.Later(5 * time.Second)
			assert.NoError(u.T, p.app.Scheduled(u.T.Context(), u.Now()))
		default:
			method := map[string]string{"look": http.MethodGet, "delete": http.MethodDelete}[kind]
			u.Later(5 * time.Second)
			for _, row := range u.SQL("SELECT id FROM generation WHERE user_id = ? ORDER BY rowid DESC LIMIT 1", u.id) {
				serve(method, "/api/history/"+row.Text(0), "")
			}
		}
	}
}

// Whatever happens at the same time, in whatever order, and however the tasks go: the books are right in the end.
func TestJobsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := apitest.New(t, apitest.Silent)
		s.Env[binding.QwenImageEditModel] = taskModel
		sellVideos(s)
		s.Start()
		users := []*user{signUp(s, "ada"), signUp(s, "bob")}
		fate := &fates{
			asked: map[string]int{},
			long:  rapid.SliceOfN(rapid.IntRange(0, 3), 1, 4).Draw(rt, "long"),
			ends:  rapid.SliceOfN(rapid.SampledFrom([]string{"SUCCEEDED", "SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN", "DOWN", "REFUSED"}), 1, 4).Draw(rt, "ends"),
		}
		s.Images.Answer, s.Images.Task = fate.begin, fate.answer

		for range rapid.IntRange(1, 3).Draw(rt, "rounds") {
			var acts []func(*apitest.Turn)
			for range rapid.IntRange(1, 4).Draw(rt, "acts") {
				u := rapid.SampledFrom(users).Draw(rt, "user")
				acts = append(acts, u.act(rapid.SampledFrom([]string{"order", "async", "video", "video", "look", "schedule", "delete"}).Draw(rt, "act")))
			}
			apitest.Interleave(rapid.SliceOfN(rapid.IntRange(0, 3), 0, 60).Draw(rt, "turns"), acts...)
		}

		sweepAll(s)
		checkBooks(rt, s, users...)
	})
}
