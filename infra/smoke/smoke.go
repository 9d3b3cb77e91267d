// Package smoke tests a deployed API for what a deployment must not break: it runs the code that was uploaded, finds its
// database, keeps its rules on origins, and refuses strangers. It only reads.
package smoke

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/addreams/addreams/app/sleep"
)

// Target is a deployed API.
type Target struct {
	Origin string // scheme and host
	Bundle string // SHA-256 in hex of the bundle that must answer; "" for any
	Client *http.Client
}

// pause is the time between two attempts, while a deployment spreads.
const pause = 2 * time.Second

// Test asks until every probe gets its answer, or the context ends. The error then has the last answers.
func (t Target) Test(ctx context.Context) error {
	for {
		err := t.once(ctx)
		if err == nil {
			return nil
		}
		if sleep.For(ctx, pause) != nil {
			return fmt.Errorf("%s is not as it should be: %w", t.Origin, err)
		}
	}
}

func (t Target) once(ctx context.Context) error {
	var failed []error
	for _, probe := range probes(t.Bundle) {
		if err := t.ask(ctx, probe); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", probe.proves, err))
		}
	}
	return errors.Join(failed...)
}

// maxAnswer is the most that is read of an answer, in bytes; the probed routes answer with less.
const maxAnswer = 4 << 10

func (t Target) ask(ctx context.Context, p probe) error {
	request, err := http.NewRequestWithContext(ctx, p.method, t.Origin+p.path, nil)
	if err != nil {
		return err
	}
	if p.origin != "" {
		request.Header.Set("Origin", p.origin)
	}

	response, err := t.client().Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return err
	}
	return p.judge(response, string(body))
}

// client returns the target's client, but takes a redirect as the answer.
func (t Target) client() *http.Client {
	client := *t.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

func (p probe) judge(response *http.Response, body string) error {
	if response.StatusCode != p.status {
		return fmt.Errorf("%s %s answered %d, not %d", p.method, p.path, response.StatusCode, p.status)
	}
	if !strings.Contains(body, p.body) {
		return fmt.Errorf("%s %s answered without %s", p.method, p.path, p.body)
	}
	for name, want := range p.header {
		if got := response.Header.Get(name); got != want {
			return fmt.Errorf("%s %s answered with %s %q, not %q", p.method, p.path, name, got, want)
		}
	}
	return nil
}
