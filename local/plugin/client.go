package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// client sends requests to Cloudflare's REST API. It limits their rate, and retries after 429, any 5xx and broken connections,
// including POST. The genuine plugin has two such clients with separate rate limits; so has this one.
type client struct {
	settings
	agent string
	http  *http.Client
	pace  *rate.Limiter
}

// The two clients have the user agents of the genuine plugin's.
const (
	frameworkAgent = "terraform-provider-cloudflare/ terraform-plugin-framework/1.13.0 terraform/pulumi-terraform-bridge"
	workersAgent   = "terraform-provider-cloudflare/ terraform-plugin-sdk/2.35.0 terraform/"
)

func newClient(s settings, agent string) *client {
	return &client{
		settings: s,
		agent:    agent,
		http:     &http.Client{Timeout: s.timeout},
		pace:     rate.NewLimiter(rate.Limit(s.rps), 1),
	}
}

// apiError is an error that Cloudflare's API returned.
type apiError struct {
	status int
	detail string // messages with their codes
}

func (e *apiError) Error() string { return fmt.Sprintf("%s (HTTP %d)", e.detail, e.status) }

func isNotFound(err error) bool {
	var refused *apiError
	return errors.As(err, &refused) && refused.status == http.StatusNotFound
}

// payload is a request's body with its content type.
type payload struct {
	contentType string
	content     []byte
}

const jsonType = "application/json"

func jsonPayload(body any) (payload, error) {
	if body == nil {
		return payload{contentType: jsonType}, nil
	}
	content, err := json.Marshal(body)
	return payload{jsonType, content}, err
}

// answer is a reply below status 400.
type answer struct {
	contentType string
	content     []byte
}

// call sends body as JSON (nil: no body) and reads the envelope's result into result (nil: not read).
func (c *client) call(ctx context.Context, method, path string, body, result any) error {
	content, err := jsonPayload(body)
	if err != nil {
		return err
	}

	reply, err := c.send(ctx, method, path, content)
	if err != nil || result == nil {
		return err
	}
	envelope := struct{ Result any }{result}
	if err := json.Unmarshal(reply.content, &envelope); err != nil {
		return fmt.Errorf("%s %s: error unmarshalling the answer: %w", method, path, err)
	}
	return nil
}

// send sends a request, and retries as often as the settings allow.
func (c *client) send(ctx context.Context, method, path string, body payload) (answer, error) {
	if c.token == "" {
		return answer{}, errNoToken
	}

	wait := c.minBackoff
	for try := 0; ; try++ {
		if err := c.pace.Wait(ctx); err != nil {
			return answer{}, err
		}
		reply, err := c.once(ctx, method, path, body)
		if err == nil || !isTransient(err) || try == c.retries {
			return reply, err
		}
		select {
		case <-ctx.Done():
			return answer{}, ctx.Err()
		case <-time.After(wait):
		}
		wait = min(2*wait, c.maxBackoff)
	}
}

// isTransient reports whether a retry may succeed: after any error except a 4xx other than 429.
func isTransient(err error) bool {
	var refused *apiError
	return !errors.As(err, &refused) || refused.status == http.StatusTooManyRequests || refused.status >= http.StatusInternalServerError
}

func (c *client) once(ctx context.Context, method, path string, body payload) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.origin+c.basePath+path, bytes.NewReader(body.content))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", body.contentType)
	request.Header.Set("User-Agent", c.agent)

	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()

	content, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		return answer{}, &apiError{response.StatusCode, explain(content)}
	}
	return answer{response.Header.Get("Content-Type"), content}, nil
}

// explain returns the messages of an error's envelope.
func explain(content []byte) string {
	var envelope struct {
		Errors []struct {
			Code    int
			Message string
		}
	}
	if err := json.Unmarshal(content, &envelope); err != nil || len(envelope.Errors) == 0 {
		return "the API gave no reason"
	}

	var reasons []string
	for _, one := range envelope.Errors {
		reasons = append(reasons, fmt.Sprintf("%s (%d)", one.Message, one.Code))
	}
	return strings.Join(reasons, "; ")
}
