package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// tries is how often a request is sent at most.
const tries = 4

// maxAnswer bounds what is read of an answer. D1's own limit on a result is far below.
const maxAnswer = 64 << 20

// call is a request to the database's part of the API.
type call struct {
	method, path string
	body         []byte
	repeatable   bool // may run twice without harm
}

// do sends the request and reads the envelope's result into it. It sends again only what did not run (429, no
// connection) or is repeatable.
func (db *Database) do(ctx context.Context, request call, result any) error {
	for try := 1; ; try++ {
		pause, err := db.once(ctx, request, result)
		if err == nil || try == tries || ctx.Err() != nil || !again(request, err) {
			return err
		}
		timer := time.NewTimer(max(pause, db.config.Pause<<(try-1)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// again tells whether a request may be sent again after an error.
func again(request call, err error) bool {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.Status == http.StatusTooManyRequests || request.repeatable && !refused.Final()
	}
	var network *net.OpError
	if errors.As(err, &network) && network.Op == "dial" {
		return true
	}
	var lost *lostError
	return request.repeatable && errors.As(err, &lost)
}

// once sends the request once. pause is how long Cloudflare asks to wait.
func (db *Database) once(ctx context.Context, request call, result any) (pause time.Duration, err error) {
	sent, err := http.NewRequestWithContext(ctx, request.method, db.url(request.path), bytes.NewReader(request.body))
	if err != nil {
		return 0, err
	}
	sent.Header.Set("Authorization", "Bearer "+db.config.Token)
	sent.Header.Set("Content-Type", "application/json")
	response, err := db.config.Client.Do(sent)
	if err != nil {
		return 0, &lostError{err}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return 0, &lostError{err}
	}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil {
		pause = min(time.Duration(seconds)*time.Second, time.Minute)
	}
	return pause, unwrap(response.StatusCode, body, result)
}

// envelope is the frame of every answer of Cloudflare's API.
type envelope struct {
	Success bool            `json:"success"`
	Result  json.RawMessage `json:"result"`
	Errors  []struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"errors"`
}

// unwrap reads an answer. One that is no envelope, as from a proxy on the way, is judged by its status alone.
func unwrap(status int, body []byte, result any) error {
	var answer envelope
	if err := json.Unmarshal(body, &answer); err != nil && status < 300 {
		return &lostError{fmt.Errorf("read Cloudflare's answer: %w", err)}
	}
	if status >= 300 || !answer.Success {
		return refusal(status, answer)
	}
	decoder := json.NewDecoder(bytes.NewReader(answer.Result))
	decoder.UseNumber()
	if err := decoder.Decode(result); err != nil {
		return &lostError{fmt.Errorf("read the result in Cloudflare's answer: %w", err)}
	}
	return nil
}
