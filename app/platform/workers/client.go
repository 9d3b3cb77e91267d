//go:build js && wasm

package workers

import (
	"io"
	"net/http"
	"strconv"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// Client returns a client on the host's fetch, which follows redirects if platform.FollowsRedirects allows it. The deadline or
// cancellation of the request's context aborts the call. The Body of a response is a *Body.
func Client() platform.HTTPClient { return client{} }

type client struct{}

// Do sends one request.
func (client) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		defer request.Body.Close()
	}
	ctx := request.Context()
	m, err := mailboxOf(ctx)
	if err != nil {
		return nil, err
	}
	source, err := newSource(ctx, m, requestBody(request), requestLength(request))
	if err != nil {
		return nil, err
	}

	var payload wire.Encoder
	payload.Text(request.Method)
	payload.Text(request.URL.String())
	payload.Text(redirects(request))
	payload.Count(platform.KeptBytes(request))
	encodeHeader(&payload, request.Header)
	source.encode(&payload)
	answer, err := source.ask(ctx, m, kindFetch, payload.Data())
	if err != nil {
		return nil, err
	}
	return readResponse(m, request, wire.NewDecoder(answer)), nil
}

// redirects returns what fetch does with redirects.
func redirects(request *http.Request) string {
	if platform.FollowsRedirects(request) {
		return "follow"
	}
	return "manual"
}

func requestBody(request *http.Request) io.Reader {
	if request.Body == nil || request.Body == http.NoBody {
		return nil
	}
	return request.Body
}

// requestLength returns the body's length, or -1 if it is unknown, for which net/http has 0.
func requestLength(request *http.Request) int64 {
	if request.ContentLength == 0 {
		return -1
	}
	return request.ContentLength
}

func readResponse(m *mailbox, request *http.Request, d *wire.Decoder) *http.Response {
	status := d.Count()
	response := &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: readHeader(d), Body: http.NoBody, Request: request,
	}
	handle := int32(d.Count())
	if handle == 0 {
		return response
	}

	response.ContentLength = contentLength(response)
	response.Body = newBody(request.Context(), m, handle, response.ContentLength)
	return response
}

// contentLength returns the length of the body as it is read, or -1: the host has decompressed a compressed body.
func contentLength(response *http.Response) int64 {
	if response.Header.Get("Content-Encoding") != "" {
		response.Header.Del("Content-Encoding")
		response.Header.Del("Content-Length")
		response.Uncompressed = true
	}
	length, err := strconv.ParseInt(response.Header.Get("Content-Length"), 10, 64)
	if err != nil {
		return -1
	}
	return length
}
