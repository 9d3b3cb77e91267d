// Package smoke asks a deployed API what a deployment must not break: that it is up, finds its database, and turns
// strangers away. It reads and never writes.
package smoke

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// probes are requests without a cookie, and the status that each must get.
var probes = []struct {
	path   string
	status int
}{
	{"/api/health", http.StatusOK},
	{"/api/auth/get-session", http.StatusOK},
	{"/api/me", http.StatusUnauthorized},
	{"/api/history", http.StatusUnauthorized},
	{"/api/no-such-route", http.StatusNotFound},
}

// pause is what lies between two tries, while a deployment spreads.
const pause = 2 * time.Second

// Test asks until every probe gets its answer, or the context ends; then the error tells the last answers.
func Test(ctx context.Context, client *http.Client, origin string) error {
	for {
		err := once(ctx, client, origin)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not as it should be: %w", origin, err)
		case <-time.After(pause):
		}
	}
}

func once(ctx context.Context, client *http.Client, origin string) error {
	var failed []error
	for _, probe := range probes {
		status, err := ask(ctx, client, origin+probe.path)
		if err == nil && status != probe.status {
			err = fmt.Errorf("%s answered %d, not %d", probe.path, status, probe.status)
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

func ask(ctx context.Context, client *http.Client, url string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}
