// Package qwen is the client of DashScope, a provider of images and videos. It owns that API's wire format, its failures and its
// settings; it implements studio.Provider and knows nothing of credits or generations.
// The API: https://www.alibabacloud.com/help/en/model-studio/qwen-image-api.
package qwen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio"
	"github.com/addreams/addreams/app/studio/picture"
)

// The longest answers, in bytes. They hold URLs; models other than the recorded ones may send the images themselves, in base64.
// The platform keeps an answer in memory until it is read.
const (
	maxAnswer       = 1 << 20
	maxAnswerImages = 16 << 20
)

// generationPath is where images are asked for, and waited for.
const generationPath = "/api/v1/services/aigc/multimodal-generation/generation"

// Client is the provider.
type Client struct {
	http     platform.HTTPClient
	spool    func(context.Context) platform.Spool
	settings settings
	wrong    error // with the settings
}

var _ studio.TaskProvider = (*Client)(nil)

// New returns a client with the settings of the environment. If they are wrong, Ready says so.
func New(client platform.HTTPClient, spool func(context.Context) platform.Spool, env func(name string) string) *Client {
	read, wrong := readSettings(env)
	return &Client{http: client, spool: spool, settings: read, wrong: wrong}
}

// Name returns the name that answers give.
func (c *Client) Name() string { return "qwen" }

// Ready returns the first fault of the settings.
func (c *Client) Ready() error { return c.wrong }

// Timeout returns how long the images and their copies may take.
func (c *Client) Timeout() time.Duration { return c.settings.timeout }

// ImageHosts returns the hosts that images may be fetched from.
func (c *Client) ImageHosts() studio.ImageHosts { return c.settings.hosts }

// Model returns the model of a workflow, and what it takes.
func (c *Client) Model(workflow studio.Workflow) studio.Model {
	name := c.model(workflow)
	if name == "" {
		return studio.Model{}
	}
	model := modelOf(name, workflow)
	if model.Video != nil {
		return c.priced(model)
	}
	model.Credits = c.settings.prices[name]
	return model
}

// Generate asks for the images of an order and waits for them. It fails with *studio.ProviderError, except for an order
// that cannot be sent. The answer outlives the program, for Read.
func (c *Client) Generate(ctx context.Context, order *studio.Order) (studio.Result, error) {
	request, err := c.request(ctx, order)
	if err != nil {
		return studio.Result{}, fmt.Errorf("qwen: %w", err)
	}
	response, err := c.http.Do(platform.KeepAnswer(request, c.maxAnswer(order.Workflow)))
	return c.Read(ctx, order.Workflow, response, err)
}

func (c *Client) request(ctx context.Context, order *studio.Order) (*http.Request, error) {
	body, length, err := encodeMessages(c.model(order.Workflow), order)
	if err != nil {
		return nil, err
	}
	return c.post(ctx, generationPath, body, length)
}

func (c *Client) post(ctx context.Context, path string, body io.Reader, length int64) (*http.Request, error) {
	request, err := c.newRequest(ctx, http.MethodPost, path, body)
	if err != nil {
		return nil, err
	}
	request.ContentLength = length
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}

// newRequest returns a request to the API, with the key.
func (c *Client) newRequest(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.settings.base+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.settings.key)
	return request, nil
}

func (c *Client) model(workflow studio.Workflow) string {
	switch workflow {
	case studio.ImageFromReference:
		return c.settings.editModel
	case studio.VideoFromReference:
		return c.settings.videoModel
	}
	return c.settings.imageModel
}

// Read reads the outcome of a call: a response, or the error of the call. It fails with *studio.ProviderError.
func (c *Client) Read(ctx context.Context, workflow studio.Workflow, response *http.Response, err error) (studio.Result, error) {
	result, err := c.read(ctx, workflow, response, err)
	var failed *studio.ProviderError
	if errors.As(err, &failed) {
		failed.Recorded = c.Model(workflow).AsRecorded
	}
	return result, err
}

func (c *Client) read(ctx context.Context, workflow studio.Workflow, response *http.Response, err error) (studio.Result, error) {
	if err != nil {
		return studio.Result{}, unreachable(ctx, err)
	}
	defer response.Body.Close()

	pictures := c.newPictures(ctx)
	body, err := readAnswer(io.LimitReader(response.Body, int64(c.maxAnswer(workflow))), pictures)
	var interrupted *errInterrupted
	if errors.As(err, &interrupted) {
		return studio.Result{}, errors.Join(unreachable(ctx, interrupted.cause), pictures.Close())
	}
	result, err := c.resultOf(response, body, err, c.model(workflow))
	if err != nil {
		return studio.Result{}, errors.Join(err, pictures.Close())
	}
	result.Spools = pictures
	return result, nil
}

// newPictures returns a reader of the images in an answer.
func (c *Client) newPictures(ctx context.Context) *picture.Reader {
	return picture.NewReader(func() platform.Spool { return c.spool(ctx) })
}

func (c *Client) maxAnswer(workflow studio.Workflow) int {
	if c.Model(workflow).AsRecorded {
		return maxAnswer
	}
	return maxAnswerImages
}

// unreachable returns the failure of a call that got no answer, or only a part of one.
func unreachable(ctx context.Context, cause error) error {
	var timeout interface{ Timeout() bool }
	if ctx.Err() != nil || errors.As(cause, &timeout) && timeout.Timeout() {
		return &studio.ProviderError{Retryable: true, Fault: fault.Wrap(fault.UpstreamTimeout, "Image provider request timed out.", cause)}
	}
	return &studio.ProviderError{Retryable: true, Fault: fault.Wrap(fault.UpstreamUnavailable, "Failed to connect to image provider.", cause)}
}

// resultOf returns the images of an answer, or its failure.
func (c *Client) resultOf(response *http.Response, body answer, malformed error, model string) (studio.Result, error) {
	said := replyOf(response, body)
	if said.failed() {
		return studio.Result{}, said.failure()
	}

	images, refused := c.allowed(body.images)
	if malformed != nil || len(images) == 0 {
		return studio.Result{}, said.malformed(errors.Join(malformed, body.refused, refused))
	}
	result := studio.Result{ProviderRequestID: said.requestID, Model: model, Images: images}
	if body.usage != (studio.Usage{}) {
		result.Usage = &body.usage
	}
	return result, nil
}

var errNoImage = errors.New("the provider sent something that is not an image")

// allowed drops the images that clients must not be sent to, and what is no image, and returns why.
func (c *Client) allowed(images []*picture.Reference) ([]studio.Image, error) {
	var kept []studio.Image
	var refused error
	for _, image := range images {
		if image.Embedded() {
			if _, _, ok := image.Dimensions(); !ok {
				refused = errors.Join(refused, errNoImage)
				continue
			}
			kept = append(kept, studio.Image{Data: image})
			continue
		}
		if err := c.settings.hosts.Check(image.Text()); err != nil {
			refused = errors.Join(refused, err)
			continue
		}
		kept = append(kept, studio.Image{URL: image.Text()})
	}

	return kept, refused
}
