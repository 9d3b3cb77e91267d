package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"
)

// fault is a way in which the local Cloudflare fails its next answers: see local/faults.mjs.
type fault struct {
	Method string `json:"method,omitempty"`
	Path   string `json:"path"` // regular expression, below /client/v4
	Kind   string `json:"kind"` // status, lost, half or silent
	Status int    `json:"status,omitempty"`
	Times  int    `json:"times,omitempty"`
	Skip   int    `json:"skip,omitempty"` // requests that pass before
}

func (w *world) fault(f fault) {
	w.t.Helper()
	w.control(http.MethodPost, "/__faults", f, nil)
}

func (w *world) noFaults() {
	w.t.Helper()
	w.control(http.MethodDelete, "/__faults", nil, nil)
}

// request is a request to the local Cloudflare.
type request struct{ Method, Path, Body string }

// requests returns the requests since the last forgetRequests.
func (w *world) requests() []request {
	w.t.Helper()
	var requests []request
	w.control(http.MethodGet, "/__requests", nil, &requests)
	return requests
}

func (w *world) forgetRequests() {
	w.t.Helper()
	w.control(http.MethodDelete, "/__requests", nil, nil)
}

// control calls the controls that the local Cloudflare offers to tests.
func (w *world) control(method, path string, body, answer any) {
	w.t.Helper()
	encoded, err := json.Marshal(body)
	require.NoError(w.t, err)
	request, err := http.NewRequestWithContext(w.t.Context(), method, strings.TrimSuffix(w.cloud.API, "/client/v4")+path, bytes.NewReader(encoded))
	require.NoError(w.t, err)
	request.Header.Set("Authorization", "Bearer "+w.cloud.Token)

	response, err := http.DefaultClient.Do(request)
	require.NoError(w.t, err)
	defer response.Body.Close()

	var envelope struct{ Result json.RawMessage }
	require.NoError(w.t, json.NewDecoder(response.Body).Decode(&envelope))
	require.Equal(w.t, http.StatusOK, response.StatusCode)
	if answer != nil {
		require.NoError(w.t, json.Unmarshal(envelope.Result, answer))
	}
}

// kill ends a run and everything that it started, as a power cut would.
func (w *world) kill(command *exec.Cmd) {
	w.t.Helper()
	require.NoError(w.t, syscall.Kill(-command.Process.Pid, syscall.SIGKILL))
	_ = command.Wait() // reports that it was killed
}

// faultsLeft returns the faults that no request has met yet.
func (w *world) faultsLeft() []fault {
	w.t.Helper()
	var waiting []fault
	w.control(http.MethodGet, "/__faults", nil, &waiting)
	return waiting
}

// awaitFault waits until a fault has met its request.
func (w *world) awaitFault() {
	w.t.Helper()
	require.Eventually(w.t, func() bool { return len(w.faultsLeft()) == 0 }, 3*time.Minute, 50*time.Millisecond,
		"the faulty request was never made")
}
