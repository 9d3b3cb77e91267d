package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

// taskModel makes images in tasks.
const taskModel = "wan2.7-image"

// inStates answers about a task with these states, one after the other, and then with the last one.
func inStates(states ...string) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Error(w, `{"code":"UnsupportedOperation"}`, http.StatusBadRequest)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		apitest.SendTask(w, states[0])
		if len(states) > 1 {
			states = states[1:]
		}
	}
}

// orderAsync places an order without waiting for its images, and returns its generation.
func (u *user) orderAsync(headers ...string) string {
	u.T.Helper()
	response := u.do(http.MethodPost, textRoute, wish, append(headers, "Prefer", "respond-async")...)
	require.Equal(u.T, http.StatusAccepted, response.Code, response.Body)
	return decode[struct{ GenerationID string }](u.T, response).GenerationID
}

// status returns what the history says of a generation.
func (u *user) status(id string) string {
	u.T.Helper()
	response := u.get("/api/history/" + id)
	require.Equal(u.T, http.StatusOK, response.Code, response.Body)
	return decode[struct{ Item struct{ Status string } }](u.T, response).Item.Status
}

// asksForTask returns the number of questions about tasks so far.
func asksForTask(s *apitest.World) int { return len(s.Images.Asked) }

// A request that waits is answered as with any other model.
func TestWaitForTask(t *testing.T) {
	s := newStudioOf(t, taskModel)
	ada := signUp(s, "ada")
	s.Images.Task = func(w http.ResponseWriter, r *http.Request) {
		assert.EqualValues(t, 1, s.Count("SELECT count(*) FROM generation_task WHERE task_id = 'task-1'"), "it is written down before it is asked for")
		assert.Equal(t, "running", s.SQL("SELECT status FROM generation")[0].Text(0))
		apitest.SendTask(w, "SUCCEEDED")
	}

	response := ada.order("key", textRoute, wish)

	require.Equal(t, http.StatusOK, response.Code, response.Body)
	assert.Contains(t, response.Body.String(), `"output":{"images":[{"url":"https://images.example.test/0.png?Expires=1"}]`)
	assert.Contains(t, response.Body.String(), `"model":"wan2.7-image"`)
	assert.Equal(t, [2]int64{4, 5}, ada.balance())
	assert.Empty(t, s.SQL("SELECT 1 FROM generation_task"))
	id := decode[struct{ GenerationID string }](t, response).GenerationID
	assert.Equal(t, apitest.PNG+"/0.png", ada.get("/api/history/"+id+"/asset").Body.String())
	assert.Equal(t, response.Body.String(), ada.order("key", textRoute, wish).Body.String())
	assert.Len(t, s.Images.Bodies, 1)
}

// Who does not wait is told where to look, and moves the job on by looking.
func TestOrderAsync(t *testing.T) {
	s := newStudioOf(t, taskModel)
	ada := signUp(s, "ada")
	s.Images.Task = inStates("PENDING", "RUNNING", "SUCCEEDED")

	response := ada.do(http.MethodPost, textRoute, wish, "Prefer", "respond-async", "Idempotency-Key", "key")

	require.Equal(t, http.StatusAccepted, response.Code, response.Body)
	body := decode[struct {
		Status, GenerationID, Workflow string
		Credits                        map[string]int64
	}](t, response)
	assert.Equal(t, "running", body.Status)
	assert.Equal(t, map[string]int64{"productShoots": 4, "adGraphics": 5}, body.Credits)
	assert.Equal(t, "/api/history/"+body.GenerationID, response.Header().Get("Location"))
	assert.Equal(t, "5", response.Header().Get("Retry-After"))
	assert.Equal(t, "respond-async", response.Header().Get("Preference-Applied"))
	again := ada.do(http.MethodPost, textRoute, wish, "Prefer", "respond-async", "Idempotency-Key", "key")
	assert.Equal(t, http.StatusAccepted, again.Code)
	assert.Equal(t, response.Body.String(), again.Body.String())
	assert.Equal(t, response.Header().Get("Location"), again.Header().Get("Location"))

	reads := s.DB.TripsOf(func() { assert.Equal(t, "running", ada.status(body.GenerationID)) })
	assert.Equal(t, 1, reads, "nobody may look yet")
	assert.Zero(t, asksForTask(s))
	for i, want := range []string{"running", "running", "succeeded"} {
		s.Later(5 * time.Second)
		assert.Equal(t, want, ada.status(body.GenerationID))
		assert.Equal(t, i+1, asksForTask(s))
	}
	assert.Equal(t, 1, s.DB.TripsOf(func() { assert.Equal(t, "succeeded", ada.status(body.GenerationID)) }))
	assert.Len(t, s.Bucket.Objects, 1)
	assert.Equal(t, [2]int64{4, 5}, ada.balance())
	assert.Equal(t, "5", header(ada.get("/api/history/"+ada.orderAsync()), "Retry-After"))
}

func header(response *httptest.ResponseRecorder, name string) string {
	return response.Header().Get(name)
}

// Of several readers, one asks the provider.
func TestOneReaderLooks(t *testing.T) {
	s := newStudioOf(t, taskModel)
	ada := signUp(s, "ada")
	s.Images.Task = inStates("RUNNING")
	id := ada.orderAsync()
	s.Later(5 * time.Second)

	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() { ada.get("/api/history/" + id) })
	}
	readers.Wait()

	assert.Equal(t, 1, asksForTask(s))
}

// Reading a generation that moves on meanwhile is one use of an API key.
func TestLastUseOfAKeyMovesAJobOn(t *testing.T) {
	s := newStudioOf(t, taskModel)
	ada := signUp(s, "ada")
	s.Images.Task = inStates("SUCCEEDED")
	id := ada.orderAsync()
	program := ada.makeKey(`{"remaining":1}`)
	s.Later(5 * time.Second)

	last := program.send(http.MethodGet, "/api/history/"+id, "")

	require.Equal(t, http.StatusOK, last.Code, last.Body)
	assert.Contains(t, last.Body.String(), `"status":"succeeded"`)
	assert.EqualValues(t, 0, s.Count("SELECT remaining FROM apikey"))
	assert.Equal(t, "USAGE_EXCEEDED", failure(t, program.send(http.MethodGet, "/api/history/"+id, "")))
}

// A client that waits for a while gets whichever answer there is then.
func TestWaitForAWhile(t *testing.T) {
	for prefer, want := range map[string]int{
		"respond-async, wait=4":                 http.StatusOK,
		`Respond-Async; x=y, wait="1"`:          http.StatusOK,
		"respond-async, wait=1":                 http.StatusAccepted,
		"respond-async, wait=-1":                http.StatusAccepted,
		"respond-async, wait=99999999999999999": http.StatusAccepted,
		"wait=1":                                http.StatusOK,
		"handling=lenient":                      http.StatusOK,
	} {
		t.Run(prefer, func(t *testing.T) {
			s := newStudioOf(t, taskModel)
			ada := signUp(s, "ada")
			s.Images.Task = inStates("RUNNING", "SUCCEEDED")
			response := ada.do(http.MethodPost, textRoute, wish, "Prefer", prefer)
			assert.Equal(t, want, response.Code, response.Body)
		})
	}
}

// The schedule finishes what nobody looks at.
func TestScheduleLooks(t *testing.T) {
	s := newStudioOf(t, taskModel)
	ada := signUp(s, "ada")
	id := ada.orderAsync()
	sweep(s)
	assert.Zero(t, asksForTask(s), "not yet")

	s.Later(time.Minute)
	sweep(s)

	assert.Equal(t, "succeeded", s.SQL("SELECT status FROM generation WHERE id = ?", id)[0].Text(0))
	assert.Len(t, s.Bucket.Objects, 1)
	assert.Equal(t, [2]int64{4, 5}, ada.balance())
}

// A request that waits in vain is answered as ever, but the images still come, and are paid once.
func TestTaskOutlivesItsRequest(t *testing.T) {
	s := newStudioOf(t, taskModel)
	ada := signUp(s, "ada")
	s.Images.Task = inStates("RUNNING")

	late := ada.order("key", textRoute, wish)

	require.Equal(t, http.StatusGatewayTimeout, late.Code, late.Body)
	assert.Equal(t, "UPSTREAM_TIMEOUT", failure(t, late))
	id := decode[struct{ GenerationID string }](t, late).GenerationID
	assert.NotEmpty(t, id)
	running := ada.order("key", textRoute, wish)
	assert.Equal(t, http.StatusConflict, running.Code)
	assert.Equal(t, "IDEMPOTENCY_KEY_IN_USE", failure(t, running))
	assert.Equal(t, id, decode[struct{ GenerationID string }](t, running).GenerationID)

	s.Images.Task = nil
	s.Later(time.Minute)
	sweep(s)
	done := ada.order("key", textRoute, wish)
	assert.Equal(t, http.StatusOK, done.Code, done.Body)
	assert.Contains(t, done.Body.String(), "https://images.example.test/0.png")
	assert.Equal(t, "succeeded", ada.status(id))
	assert.Equal(t, [2]int64{4, 5}, ada.balance())
	assert.Len(t, s.Images.Bodies, 1)
}

// A task that makes no images gives the credit back once, whoever sees it.
func TestTaskWithoutImages(t *testing.T) {
	refused := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"output":{"task_status":"FAILED","code":"DataInspectionFailed","message":"x"}}`))
	}
	cases := map[string]struct {
		task  http.HandlerFunc
		after time.Duration
		code  string
	}{
		"refused":                    {refused, time.Minute, "UPSTREAM_POLICY_VIOLATION"},
		"cancelled":                  {inStates("CANCELED"), time.Minute, "UPSTREAM_REQUEST_FAILED"},
		"unknown":                    {inStates("UNKNOWN"), time.Minute, "UPSTREAM_REQUEST_FAILED"},
		"running for more than 24 h": {inStates("RUNNING"), 25 * time.Hour, "UPSTREAM_REQUEST_FAILED"},
		"the provider is gone":       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, 25 * time.Hour, "UPSTREAM_REQUEST_FAILED"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStudioOf(t, taskModel)
			ada := signUp(s, "ada")
			s.Images.Task = inStates("PENDING")
			id := ada.orderAsync()
			s.Images.Task = tc.task

			s.Later(tc.after)
			sweep(s)
			sweep(s)

			assert.Equal(t, "failed", ada.status(id))
			assert.Equal(t, tc.code, s.SQL("SELECT error_code FROM generation")[0].Text(0))
			assert.Equal(t, [2]int64{5, 5}, ada.balance())
			assert.Empty(t, s.SQL("SELECT 1 FROM generation_task"))
		})
	}
}

// A waiting request learns how its task failed.
func TestWaitForTaskThatFails(t *testing.T) {
	s := newStudioOf(t, taskModel)
	ada := signUp(s, "ada")
	s.Images.Task = func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"output":{"task_status":"FAILED","code":"DataInspectionFailed","message":"x"}}`))
	}
	response := ada.do(http.MethodPost, textRoute, wish)
	assert.Equal(t, http.StatusBadGateway, response.Code)
	assert.Equal(t, "UPSTREAM_POLICY_VIOLATION", failure(t, response))
	assert.Equal(t, "false", response.Header().Get("X-Addreams-Retryable"))
	assert.Equal(t, [2]int64{5, 5}, ada.balance())

	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }
	assert.Equal(t, "UPSTREAM_RATE_LIMITED", failure(t, ada.do(http.MethodPost, textRoute, wish)), "one that does not begin")
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
}

// Somebody else may end the job while its request waits.
func TestWaiterIsOvertaken(t *testing.T) {
	for name, overtake := range map[string]struct {
		do   func(s *apitest.World, ada *user, id string)
		want int
	}{
		"by the schedule": {func(s *apitest.World, _ *user, _ string) {
			s.Images.Task = nil
			s.Later(time.Minute)
			sweep(s)
		}, http.StatusOK},
		"by its owner": {func(s *apitest.World, ada *user, id string) {
			s.Images.Task = inStates("RUNNING")
			assert.Equal(s.T, http.StatusOK, ada.do(http.MethodDelete, "/api/history/"+id, "").Code)
		}, http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStudioOf(t, taskModel)
			s.Env[binding.QwenTimeout] = "300000"
			s.Start()
			ada := signUp(s, "ada")
			s.Images.Task = func(w http.ResponseWriter, _ *http.Request) {
				overtake.do(s, ada, s.SQL("SELECT id FROM generation")[0].Text(0))
				apitest.SendTask(w, "RUNNING")
			}
			response := ada.do(http.MethodPost, textRoute, wish)
			assert.Equal(t, overtake.want, response.Code, response.Body)
			assert.Equal(t, [2]int64{4, 5}, ada.balance())
		})
	}
}

// Who deletes a generation whose task has not begun has the credit back; one that is at work is paid for.
func TestDeleteRunning(t *testing.T) {
	for name, tc := range map[string]struct {
		cancels bool
		left    [2]int64
	}{
		"not begun": {true, [2]int64{5, 5}},
		"at work":   {false, [2]int64{4, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStudioOf(t, taskModel)
			ada, bob := signUp(s, "ada"), signUp(s, "bob")
			id := ada.orderAsync()
			if tc.cancels {
				s.Images.Task = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"request_id":"r"}`)) }
			}
			assert.Equal(t, http.StatusNotFound, bob.do(http.MethodDelete, "/api/history/"+id, "").Code)
			assert.Zero(t, asksForTask(s), "it is not another user's")

			response := ada.do(http.MethodDelete, "/api/history/"+id, "")

			require.Equal(t, http.StatusOK, response.Code, response.Body)
			assert.Equal(t, []string{"POST /api/v1/tasks/task-1/cancel"}, s.Images.Asked)
			assert.Equal(t, http.StatusNotFound, ada.get("/api/history/"+id).Code)
			assert.Empty(t, s.SQL("SELECT 1 FROM generation_task"))
			assert.Equal(t, tc.left, ada.balance())
			s.Later(time.Hour)
			sweep(s)
			assert.Equal(t, tc.left, ada.balance())
			assert.Empty(t, s.Bucket.Objects)
		})
	}
}

// A task whose generation is gone by the time that it begins is cancelled.
func TestDeletedBeforeTheTaskBegins(t *testing.T) {
	s := newStudioOf(t, taskModel)
	ada := signUp(s, "ada")
	s.Images.Task = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"request_id":"r"}`)) }
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
		id := s.SQL("SELECT id FROM generation")[0].Text(0)
		assert.Equal(t, http.StatusOK, ada.do(http.MethodDelete, "/api/history/"+id, "").Code)
		apitest.SendTask(w, "PENDING")
	}

	ada.do(http.MethodPost, textRoute, wish)

	assert.Equal(t, []string{"POST /api/v1/tasks/task-1/cancel"}, s.Images.Asked)
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
	assert.Empty(t, s.SQL("SELECT 1 FROM generation"))
}

// If the task cannot be written down, nobody could find it: it is cancelled, and the order fails.
func TestTaskIsNotWrittenDown(t *testing.T) {
	s := newStudioOf(t, taskModel)
	ada := signUp(s, "ada")
	s.DB.Fail = func(first string) bool { return strings.Contains(first, "INTO generation_task") }
	response := ada.do(http.MethodPost, textRoute, wish)
	assert.Equal(t, http.StatusInternalServerError, response.Code)
	assert.Equal(t, []string{"POST /api/v1/tasks/task-1/cancel"}, s.Images.Asked)
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
}

// The default models have no tasks: Prefer changes nothing.
func TestPreferWithoutTasks(t *testing.T) {
	s := apitest.New(t)
	response := signUp(s, "ada").do(http.MethodPost, textRoute, wish, "Prefer", "respond-async")
	assert.Equal(t, http.StatusOK, response.Code)
	assert.Empty(t, s.Images.Asked)
}

// The next instance of the program goes on with the task.
func TestRecoverTask(t *testing.T) {
	cases := map[string]struct {
		answer func() (*http.Response, error)
		want   int
		left   [2]int64
	}{
		"asked":     {answered(func(w http.ResponseWriter) { apitest.SendTask(w, "PENDING") }), http.StatusOK, [2]int64{4, 5}},
		"refused":   {answered(func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }), http.StatusBadGateway, [2]int64{5, 5}},
		"not asked": {notAsked, http.StatusInternalServerError, [2]int64{5, 5}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			left := &notes{answer: tc.answer}
			s := apitest.New(t, withNotes(left))
			s.Env[binding.QwenImageModel] = taskModel
			s.Start()
			ada := signUp(s, "ada")
			response := ada.dies(left)
			assert.Equal(t, tc.want, response.Code, response.Body)
			assert.Equal(t, tc.left, ada.balance())
		})
	}
}
