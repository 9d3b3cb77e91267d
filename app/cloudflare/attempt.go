package cloudflare

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/addreams/addreams/app/sleep"
)

// attempts is how often a request is sent at most.
const attempts = 4

// maxAnswer bounds what is read of an answer, in bytes. D1's own limit on a result is far below.
const maxAnswer = 64 << 20

// maxPause bounds how long Cloudflare may ask to wait.
const maxPause = time.Minute

// Do sends a request and reads the result of the answer's envelope into result, which may be nil. It sends again only what
// did not run (429, no connection) or is repeatable. An error other than an *Error that is Final leaves open whether the
// request ran.
func (a Account) Do(ctx context.Context, request Request, result any) error {
	for attempt := 1; ; attempt++ {
		pause, err := a.once(ctx, request, result)
		if err == nil || request.Once || attempt == attempts || ctx.Err() != nil || !retryable(request, err) {
			return err
		}

		pause = max(pause, cmp.Or(a.Pause, 500*time.Millisecond)<<(attempt-1))
		if sleep.For(ctx, pause) != nil {
			return err
		}
	}
}

// retryable reports whether a request may be sent again after an error.
func retryable(request Request, err error) bool {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.Status == http.StatusTooManyRequests || request.Repeatable && !refused.Final()
	}
	var network *net.OpError
	if errors.As(err, &network) && network.Op == "dial" {
		return true
	}
	var lost *lostError
	return request.Repeatable && errors.As(err, &lost)
}

// once sends the request once. pause is how long Cloudflare asks to wait before the next attempt.
func (a Account) once(ctx context.Context, request Request, result any) (pause time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(a.Timeout, time.Minute))
	defer cancel()
	sent, err := http.NewRequestWithContext(ctx, request.Method, a.URL(request.Path), bytes.NewReader(request.Body))
	if err != nil {
		return 0, err
	}
	sent.Header.Set("Authorization", "Bearer "+a.Token)
	sent.Header.Set("Content-Type", cmp.Or(request.Type, "application/json"))

	response, err := cmp.Or(a.Client, http.DefaultClient).Do(sent)
	if err != nil {
		return 0, &lostError{err}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return 0, &lostError{err}
	}

	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil {
		pause = min(time.Duration(seconds)*time.Second, maxPause)
	}
	return pause, request.read(response.StatusCode, body, result)
}

// envelope wraps every answer of the API.
type envelope struct {
	Success bool            `json:"success"`
	Result  json.RawMessage `json:"result"`
	Errors  []struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"errors"`
}

// read reads an answer. One that has no envelope, such as a proxy's, is judged by its status alone.
func (r Request) read(status int, body []byte, result any) error {
	var answer envelope
	if err := json.Unmarshal(body, &answer); err != nil && status < 300 {
		return &lostError{fmt.Errorf("read Cloudflare's answer: %w", err)}
	}
	if status >= 300 || !answer.Success {
		return r.refused(status, answer)
	}
	if result == nil {
		return nil
	}

	decoder := json.NewDecoder(bytes.NewReader(answer.Result))
	decoder.UseNumber()
	if err := decoder.Decode(result); err != nil {
		return &lostError{fmt.Errorf("read the result in Cloudflare's answer: %w", err)}
	}
	return nil
}

func (r Request) refused(status int, answer envelope) error {
	refused := &Error{Method: r.Method, Path: r.Path, Status: status}
	if len(answer.Errors) > 0 {
		refused.Code, refused.Message = answer.Errors[0].Code, answer.Errors[0].Message
	}
	if r.Refused != nil {
		return r.Refused(refused)
	}
	return refused
}
