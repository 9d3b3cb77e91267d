package studio

import (
	"context"
	"net/http"
	"time"
)

// TaskProvider is a Provider that makes the images of some models in tasks of its own. A task outlives the request that starts
// it: whoever keeps its ID can ask for it later, for a day.
type TaskProvider interface {
	Provider
	// StartTask gives an order to the provider, and returns the task's ID at once. Error: *ProviderError.
	StartTask(ctx context.Context, order *Order) (string, error)
	// ReadTask reads the outcome of a call that an earlier instance of the program made in StartTask. Error: *ProviderError.
	ReadTask(ctx context.Context, response *http.Response, err error) (string, error)
	// PollTask returns the state of a task, and the result of one that has succeeded. Errors: *ProviderError, also for a task
	// that has failed, with the state TaskFailed; with another state, the task may be asked for again.
	PollTask(ctx context.Context, workflow Workflow, task string) (TaskState, Result, error)
	// CancelTask ends a task that has not begun, and reports whether it could.
	CancelTask(ctx context.Context, task string) (bool, error)
}

// TaskState is how far a task is.
type TaskState string

// The states. A task begins as TaskPending, and ends as one of the last four; TaskLost is one that the provider does not know, or
// no longer.
const (
	TaskPending   TaskState = "pending"
	TaskRunning   TaskState = "running"
	TaskSucceeded TaskState = "succeeded"
	TaskFailed    TaskState = "failed"
	TaskCancelled TaskState = "cancelled"
	TaskLost      TaskState = "lost"
)

// Ended reports whether the task's state will not change any more.
func (s TaskState) Ended() bool { return s != TaskPending && s != TaskRunning }

// Job is a generation whose images a task makes, with what whoever ends it needs to know.
type Job struct {
	Note
	TaskID string
	Begun  time.Time
	LookAt time.Time // until then the task is left to whoever looked last
}

// Outcome is what the row says of a generation whose task nobody may look at now. The zero Outcome is that of a deleted one.
type Outcome struct {
	Status            Status
	OutputJSON        *string
	Model             string
	ProviderRequestID string
	ErrorCode         string
	ErrorMessage      string
}
