package qwen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio"
)

// tasksPath is where tasks are asked for: https://www.alibabacloud.com/help/en/model-studio/manage-asynchronous-tasks.
const tasksPath = "/api/v1/tasks/"

// maxTask is the longest answer about a task, in bytes. It holds URLs: a task's images are not sent in it.
const maxTask = 1 << 20

var errTaskImage = errors.New("the answer holds an image itself, where a task has its URL")

var errNoTask = errors.New("the answer names no task")

// StartTask gives an order to the provider, without waiting for its images.
func (c *Client) StartTask(ctx context.Context, order *studio.Order) (string, error) {
	request, err := c.taskRequest(ctx, order)
	if err != nil {
		return "", fmt.Errorf("qwen: %w", err)
	}
	response, err := c.http.Do(platform.KeepAnswer(request, maxTask))
	return c.ReadTask(ctx, response, err)
}

// ReadTask reads the answer to StartTask.
func (c *Client) ReadTask(ctx context.Context, response *http.Response, err error) (string, error) {
	if err != nil {
		return "", unreachable(ctx, err)
	}
	response, body, err := c.readTask(ctx, response)
	if err != nil {
		return "", err
	}

	said := replyOf(response, body.answer)
	switch {
	case said.failed():
		return "", said.failure()
	case body.malformed != nil || body.task == "":
		return "", said.malformed(errors.Join(body.malformed, errNoTask))
	}

	return body.task, nil
}

// taskRequest returns the request for a task, at the path and in the form that the model has for tasks.
func (c *Client) taskRequest(ctx context.Context, order *studio.Order) (*http.Request, error) {
	model := c.model(order.Workflow)
	form := taskOf(model, order.Workflow)
	if form == nil { // an order of a model that has none is asked for where it is waited for otherwise
		form = &taskForm{generationPath, encodeMessages}
	}
	body, length, err := form.encode(model, order)
	if err != nil {
		return nil, err
	}
	request, err := c.post(ctx, form.path, body, length)
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-DashScope-Async", "enable")

	return request, nil
}

// states are the provider's words for a task's states.
var states = map[string]studio.TaskState{
	"PENDING": studio.TaskPending, "RUNNING": studio.TaskRunning, "SUSPENDED": studio.TaskPending, "SUCCEEDED": studio.TaskSucceeded,
	"FAILED": studio.TaskFailed, "CANCELED": studio.TaskCancelled, "UNKNOWN": studio.TaskLost,
}

// PollTask asks for a task. A failure that concerns the question, not the task, leaves it in TaskPending.
func (c *Client) PollTask(ctx context.Context, workflow studio.Workflow, task string) (studio.TaskState, studio.Result, error) {
	response, body, err := c.askTask(ctx, http.MethodGet, url.PathEscape(task))
	if err != nil {
		return studio.TaskPending, studio.Result{}, err
	}
	said := replyOf(response, body.answer)
	state, known := states[body.state]
	switch {
	case said.failed():
		return studio.TaskPending, studio.Result{}, said.failure()
	case body.malformed != nil || !known:
		return studio.TaskPending, studio.Result{}, said.malformed(errors.Join(body.malformed, errNoTask))
	case state == studio.TaskFailed:
		said.code, said.message = body.failedWith, body.failedBecause
		return state, studio.Result{}, said.failure()
	case state != studio.TaskSucceeded:
		return state, studio.Result{}, nil
	}

	result, err := c.resultOf(response, body.answer, nil, c.model(workflow))
	if err != nil {
		return studio.TaskFailed, studio.Result{}, err
	}
	if slices.ContainsFunc(result.Images, func(image studio.Image) bool { return image.Data != nil }) {
		return studio.TaskFailed, studio.Result{}, said.malformed(errTaskImage)
	}
	return state, result, nil
}

// CancelTask ends a task that has not begun.
func (c *Client) CancelTask(ctx context.Context, task string) (bool, error) {
	response, body, err := c.askTask(ctx, http.MethodPost, url.PathEscape(task)+"/cancel")
	if err != nil {
		return false, err
	}
	said := replyOf(response, body.answer)
	switch {
	case said.code == "UnsupportedOperation":
		return false, nil
	case said.failed():
		return false, said.failure()
	}
	return true, nil
}

func (c *Client) askTask(ctx context.Context, method, path string) (*http.Response, taskAnswer, error) {
	request, err := c.newRequest(ctx, method, tasksPath+path, nil)
	if err != nil {
		return nil, taskAnswer{}, err
	}
	return c.ask(ctx, request)
}

// taskAnswer is an answer, and what is wrong with its form.
type taskAnswer struct {
	answer
	malformed error
}

// ask sends a request whose answer holds no images.
func (c *Client) ask(ctx context.Context, request *http.Request) (*http.Response, taskAnswer, error) {
	response, err := c.http.Do(request)
	if err != nil {
		return nil, taskAnswer{}, unreachable(ctx, err)
	}
	return c.readTask(ctx, response)
}

func (c *Client) readTask(ctx context.Context, response *http.Response) (*http.Response, taskAnswer, error) {
	defer response.Body.Close()
	pictures := c.newPictures(ctx)
	defer pictures.Close()

	body, err := readAnswer(io.LimitReader(response.Body, maxTask), pictures)
	var interrupted *errInterrupted
	if errors.As(err, &interrupted) {
		return nil, taskAnswer{}, unreachable(ctx, interrupted.cause)
	}
	return response, taskAnswer{body, err}, nil
}
