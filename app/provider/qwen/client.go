// Package qwen is the client of DashScope, a provider of images. It owns that API's wire format, its failures and its
// settings; it implements studio.Provider and knows nothing of credits or generations.
// The API: https://www.alibabacloud.com/help/en/model-studio/qwen-image-api.
package qwen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/safejson"
	"github.com/addreams/addreams/app/studio"
)

// maxResponse is the longest answer, in bytes. It holds URLs, not images.
const maxResponse = 1 << 20

// Client is the provider.
type Client struct {
	http     platform.HTTPClient
	settings settings
	wrong    error // with the settings
}

var _ studio.Provider = (*Client)(nil)

// New returns a client with the settings of the environment. If they are wrong, Ready says so.
func New(client platform.HTTPClient, env func(name string) string) *Client {
	read, wrong := readSettings(env)
	return &Client{http: client, settings: read, wrong: wrong}
}

// Name returns the name that answers give.
func (c *Client) Name() string { return "qwen" }

// Ready returns the first fault of the settings.
func (c *Client) Ready() error { return c.wrong }

// Timeout returns how long the images and their copies may take.
func (c *Client) Timeout() time.Duration { return c.settings.timeout }

// ImageHosts returns the hosts that images may be fetched from.
func (c *Client) ImageHosts() studio.ImageHosts { return c.settings.hosts }

// Generate asks for the images of an order and waits for them. It fails with *studio.ProviderError, except for an order
// that cannot be sent. The answer outlives the program, for Read.
func (c *Client) Generate(ctx context.Context, order *studio.Order) (studio.Result, error) {
	request, err := c.request(ctx, order)
	if err != nil {
		return studio.Result{}, fmt.Errorf("qwen: %w", err)
	}
	response, err := c.http.Do(platform.KeepAnswer(request, maxResponse+1))
	return c.Read(ctx, order.Workflow, response, err)
}

func (c *Client) request(ctx context.Context, order *studio.Order) (*http.Request, error) {
	body, length, err := encode(c.model(order.Workflow), order)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.settings.endpoint, body)
	if err != nil {
		return nil, err
	}
	request.ContentLength = length
	request.Header.Set("Authorization", "Bearer "+c.settings.key)
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}

func (c *Client) model(workflow studio.Workflow) string {
	if workflow == studio.ImageFromReference {
		return c.settings.editModel
	}
	return c.settings.imageModel
}

// Read reads the outcome of a call: a response, or the error of the call. It fails with *studio.ProviderError.
func (c *Client) Read(ctx context.Context, workflow studio.Workflow, response *http.Response, err error) (studio.Result, error) {
	if err != nil {
		return studio.Result{}, unreachable(ctx, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxResponse+1))
	if err != nil {
		return studio.Result{}, unreachable(ctx, err)
	}

	if len(text) > maxResponse {
		text = nil // it is not a list of URLs
	}
	return c.decode(response, text, c.model(workflow))
}

// unreachable returns the failure of a call that got no answer, or only a part of one.
func unreachable(ctx context.Context, cause error) error {
	var timeout interface{ Timeout() bool }
	if ctx.Err() != nil || errors.As(cause, &timeout) && timeout.Timeout() {
		return &studio.ProviderError{Fault: fault.Wrap(fault.UpstreamTimeout, "Image provider request timed out.", cause)}
	}
	return &studio.ProviderError{Fault: fault.Wrap(fault.UpstreamUnavailable, "Failed to connect to image provider.", cause)}
}

// answer is the body of DashScope's answers, of success and failure alike. A member of an unexpected type counts as absent.
type answer struct {
	Code      json.RawMessage `json:"code"`
	Message   json.RawMessage `json:"message"`
	RequestID json.RawMessage `json:"request_id"`
	Output    json.RawMessage `json:"output"`
	Usage     json.RawMessage `json:"usage"`
}

// decode returns the images of an answer, or its failure.
func (c *Client) decode(response *http.Response, text []byte, model string) (studio.Result, error) {
	var body answer
	malformed := safejson.Unmarshal(text, &body)
	said := reply{
		status:    response.StatusCode,
		code:      brief(nonBlank(body.Code)),
		message:   brief(nonBlank(body.Message)),
		requestID: brief(requestID(body, response.Header)),
	}

	if said.failed() {
		return studio.Result{}, said.failure()
	}
	images, refused := c.allowed(imagesOf(body.Output))
	if malformed != nil || len(images) == 0 {
		return studio.Result{}, said.malformed(errors.Join(malformed, refused))
	}
	return studio.Result{ProviderRequestID: said.requestID, Model: model, Images: images, Usage: usageOf(body.Usage)}, nil
}

// allowed drops the images that clients must not be sent to, and returns why.
func (c *Client) allowed(images []string) ([]string, error) {
	var kept []string
	var refused error
	for _, image := range images {
		if err := c.settings.hosts.Check(image); err != nil {
			refused = errors.Join(refused, err)
			continue
		}
		kept = append(kept, image)
	}
	return kept, refused
}
