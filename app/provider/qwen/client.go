package qwen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/safejson"
	"github.com/addreams/addreams/app/studio"
)

// maxResponse is the longest answer, in bytes: it holds URLs, not images.
const maxResponse = 1 << 20

// Client asks DashScope for images.
type Client struct {
	http     platform.HTTPClient
	settings Settings
	hosts    studio.ImageHosts
}

// New returns a client that calls out through the given caller, and answers with images of these hosts alone.
func New(client platform.HTTPClient, settings Settings, hosts studio.ImageHosts) *Client {
	return &Client{http: client, settings: settings, hosts: hosts}
}

// Generate asks for the images of a task and waits for them. It fails with *studio.ProviderError, except for a task that
// can't be sent. The answer outlives the program, for Read.
func (c *Client) Generate(ctx context.Context, task studio.Task) (studio.Made, error) {
	workflow := studio.ImageFromText
	if task.Reference != nil {
		workflow = studio.ImageFromReference
	}
	request, err := c.request(ctx, c.model(workflow), task)
	if err != nil {
		return studio.Made{}, fmt.Errorf("qwen: %w", err)
	}
	response, err := c.http.Do(platform.KeepAnswer(request, maxResponse+1))
	return c.Read(ctx, workflow, response, err)
}

func (c *Client) model(workflow studio.Workflow) string {
	if workflow == studio.ImageFromReference {
		return c.settings.EditModel
	}
	return c.settings.ImageModel
}

// Read tells what a call has brought: a response, or an error if there was none. It fails with *studio.ProviderError.
func (c *Client) Read(ctx context.Context, workflow studio.Workflow, response *http.Response, err error) (studio.Made, error) {
	if err != nil {
		return studio.Made{}, unreachable(ctx, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxResponse+1))
	if err != nil {
		return studio.Made{}, unreachable(ctx, err)
	}
	if len(text) > maxResponse {
		text = nil // whatever it is, it is no list of URLs
	}
	return c.read(response, text, c.model(workflow))
}

func (c *Client) request(ctx context.Context, model string, task studio.Task) (*http.Request, error) {
	body, length, err := encode(model, task)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.settings.Endpoint, body)
	if err != nil {
		return nil, err
	}
	request.ContentLength = length
	request.Header.Set("Authorization", "Bearer "+c.settings.Key)
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}

// unreachable is the failure of a call that got no answer, or only a part of one.
func unreachable(ctx context.Context, cause error) error {
	var timeout interface{ Timeout() bool }
	if ctx.Err() != nil || errors.As(cause, &timeout) && timeout.Timeout() {
		return &studio.ProviderError{Fault: fault.Wrap(fault.UpstreamTimeout, "Image provider request timed out.", cause)}
	}
	return &studio.ProviderError{Fault: fault.Wrap(fault.UpstreamUnavailable, "Failed to connect to image provider.", cause)}
}

// answer is DashScope's, of success and failure alike. Its members may be of any type; what is of another is as absent.
type answer struct {
	Code      json.RawMessage `json:"code"`
	Message   json.RawMessage `json:"message"`
	RequestID json.RawMessage `json:"request_id"`
	Output    json.RawMessage `json:"output"`
	Usage     json.RawMessage `json:"usage"`
}

// read tells the images from an answer, or the failure.
func (c *Client) read(response *http.Response, text []byte, model string) (studio.Made, error) {
	var body answer
	malformed := safejson.Unmarshal(text, &body)
	said := reply{
		status:    response.StatusCode,
		code:      brief(nonBlank(body.Code)),
		message:   brief(nonBlank(body.Message)),
		requestID: brief(requestID(body, response.Header)),
	}
	if said.failed() {
		return studio.Made{}, said.failure()
	}
	images, refused := c.allowed(imagesOf(body.Output))
	if malformed != nil || len(images) == 0 {
		return studio.Made{}, said.malformed(errors.Join(malformed, refused))
	}
	return studio.Made{RequestID: said.requestID, Model: model, Images: images, Usage: usageOf(body.Usage)}, nil
}

// allowed leaves out images that nobody should be sent to, and says why.
func (c *Client) allowed(images []string) ([]string, error) {
	var kept []string
	var refused error
	for _, image := range images {
		if err := c.hosts.Check(image); err != nil {
			refused = errors.Join(refused, err)
			continue
		}
		kept = append(kept, image)
	}
	return kept, refused
}
