package qwen_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/studio"
)

func TestStartTask(t *testing.T) {
	transport := host(func(r *http.Request) (*http.Response, error) {
		assert.Equal(t, "enable", r.Header.Get("X-DashScope-Async"))
		return answering(200, strings.NewReader(`{"output":{"task_id":"task-1","task_status":"PENDING"},"request_id":"r"}`))(r)
	})

	task, err := client(t, transport).StartTask(t.Context(), &studio.Order{Prompt: "p", Count: 1})

	require.NoError(t, err)
	assert.Equal(t, "task-1", task)

	for body, want := range map[string]fault.Code{
		`{"output":{}}`:                   fault.UpstreamMalformed,
		`<html>`:                          fault.UpstreamMalformed,
		`{"code":"DataInspectionFailed"}`: fault.UpstreamPolicy,
		`{"code":"Throttling.RateQuota"}`: fault.UpstreamRateLimited,
	} {
		_, err := client(t, answering(200, strings.NewReader(body))).StartTask(t.Context(), &studio.Order{Prompt: "p", Count: 1})
		assert.Equal(t, want, fault.CodeOf(err), body)
	}
}

func TestPollTask(t *testing.T) {
	cases := map[string]struct {
		status int
		body   string
		state  studio.TaskState
		images []string
		code   fault.Code // "" for no failure
	}{
		"pending":           {200, `{"output":{"task_status":"PENDING"}}`, studio.TaskPending, nil, ""},
		"running":           {200, `{"output":{"task_status":"RUNNING"}}`, studio.TaskRunning, nil, ""},
		"cancelled":         {200, `{"output":{"task_status":"CANCELED"}}`, studio.TaskCancelled, nil, ""},
		"too old":           {200, `{"output":{"task_status":"UNKNOWN"}}`, studio.TaskLost, nil, ""},
		"results":           {200, `{"output":{"task_status":"SUCCEEDED","results":[{"url":"https://a.test/1"},{"code":"x"},{"url":"https://a.test/2"}]}}`, studio.TaskSucceeded, []string{"https://a.test/1", "https://a.test/2"}, ""},
		"choices":           {200, `{"output":{"task_status":"SUCCEEDED","choices":[{"message":{"content":[{"image":"https://a.test/1"}]}}]}}`, studio.TaskSucceeded, []string{"https://a.test/1"}, ""},
		"an image itself":   {200, `{"output":{"task_status":"SUCCEEDED","results":[{"url":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}]}}`, studio.TaskFailed, nil, fault.UpstreamMalformed},
		"no image":          {200, `{"output":{"task_status":"SUCCEEDED"}}`, studio.TaskFailed, nil, fault.UpstreamMalformed},
		"refused":           {200, `{"output":{"task_status":"FAILED","code":"DataInspectionFailed","message":"x"}}`, studio.TaskFailed, nil, fault.UpstreamPolicy},
		"failed":            {200, `{"output":{"task_status":"FAILED","code":"InternalError","message":"x"}}`, studio.TaskFailed, nil, fault.UpstreamUnavailable},
		"another state":     {200, `{"output":{"task_status":"DREAMING"}}`, studio.TaskPending, nil, fault.UpstreamMalformed},
		"asked too often":   {429, `{"code":"Throttling.RateQuota"}`, studio.TaskPending, nil, fault.UpstreamRateLimited},
		"the provider down": {503, ``, studio.TaskPending, nil, fault.UpstreamUnavailable},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			transport := host(func(r *http.Request) (*http.Response, error) {
				assert.Equal(t, "GET https://dashscope-intl.aliyuncs.com/api/v1/tasks/a%2Fb", r.Method+" "+r.URL.String())
				assert.Equal(t, "Bearer key", r.Header.Get("Authorization"))
				return answering(tc.status, strings.NewReader(tc.body))(r)
			})

			state, result, err := client(t, transport).PollTask(t.Context(), studio.ImageFromText, "a/b")

			assert.Equal(t, tc.state, state)
			assert.Equal(t, tc.state != studio.TaskPending && tc.state != studio.TaskRunning, state.Ended())
			if tc.code != "" {
				assert.Equal(t, tc.code, fault.CodeOf(err))
				return
			}
			require.NoError(t, err)
			var images []string
			for _, image := range result.Images {
				images = append(images, image.URL)
			}
			assert.Equal(t, tc.images, images)
		})
	}
}

func TestCancelTask(t *testing.T) {
	cases := map[string]struct {
		status int
		body   string
		want   bool
		code   fault.Code
	}{
		"pending": {200, `{"request_id":"r"}`, true, ""},
		"begun":   {400, `{"code":"UnsupportedOperation"}`, false, ""},
		"down":    {503, ``, false, fault.UpstreamUnavailable},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			transport := host(func(r *http.Request) (*http.Response, error) {
				assert.Equal(t, "POST /api/v1/tasks/task-1/cancel", r.Method+" "+r.URL.Path)
				return answering(tc.status, io.NopCloser(strings.NewReader(tc.body)))(r)
			})

			cancelled, err := client(t, transport).CancelTask(t.Context(), "task-1")

			assert.Equal(t, tc.want, cancelled)
			if tc.code != "" {
				assert.Equal(t, tc.code, fault.CodeOf(err))
				return
			}
			assert.NoError(t, err)
		})
	}
}
