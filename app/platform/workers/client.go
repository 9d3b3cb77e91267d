//go:build js && wasm

package workers

import (
	"io"
	"net/http"
	"strconv"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// Client calls out through the host's fetch, which follows redirects where platform.FollowsRedirects allows it. Deadlines and
// cancellation come from the request's context, and abort the call; a response's Body is a *Body.
func Client() platform.HTTPClient { return client{} }

type client struct{}

// Do makes one call.
func (client) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		defer request.Body.Close()
	}
	ctx := request.Context()
	m, err := mailboxOf(ctx)
	if err != nil {
		return nil, err
	}
	from, err := newSource(ctx, m, requestBody(request), requestLength(request))
	if err != nil {
		return nil, err
	}
	var payload wire.Encoder
	payload.Text(request.Method)
	payload.Text(request.URL.String())
	payload.Text(redirects(request))
	payload.Count(platform.KeptBytes(request))
	encodeHeader(&payload, request.Header)
	from.encode(&payload)
	answer, err := from.carry(ctx, m, kindFetch, payload.Data())
	if err != nil {
		return nil, err
	}
	return readResponse(m, request, wire.NewDecoder(answer)), nil
}

// redirects is how fetch shall take them.
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

// requestLength is the body's length, or -1: net/http writes an unknown one as 0.
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
	response.Body = newBody(m, request.Context(), handle, response.ContentLength)
	return response
}

// contentLength is the length of the body as it is read: the host has unpacked a packed one.
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
