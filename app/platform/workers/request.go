//go:build js && wasm

package workers

import (
	"crypto/tls"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// readRequest returns the request that the host describes, as net/http's server would: URL holds path and query, RequestURI
// is what the client sent, Host is a field of its own, and TLS is set (and empty) if the scheme is https. RemoteAddr stays
// empty: only the header CF-Connecting-IP has the client's address. The body is nil if there is none.
func readRequest(m *mailbox, description *wire.Decoder) (*http.Request, *Body) {
	method, address := description.Text(), description.Text()
	header := readHeader(description)
	body, length := readBody(m, description, header)
	scheme, host, target := splitAddress(address)

	request := &http.Request{
		Method: method, URL: parseTarget(target), RequestURI: target, Host: host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: http.NoBody, ContentLength: length,
	}
	if body != nil {
		request.Body = body
	}
	if scheme == "https" {
		request.TLS = &tls.ConnectionState{HandshakeComplete: true, ServerName: host}
	}
	header.Del("Host")
	return request.WithContext(m.ctx), body
}

// readHeader reads names and values. The host has joined the values of one name where HTTP allows it.
func readHeader(description *wire.Decoder) http.Header {
	count := description.Count()
	header := make(http.Header, count)
	values := make([]string, 0, count)
	for range count {
		name, value := textproto.CanonicalMIMEHeaderKey(description.Text()), description.Text()
		if earlier := header[name]; earlier != nil {
			header[name] = append(earlier, value)
			continue
		}
		values = append(values, value)
		header[name] = values[len(values)-1 : len(values) : len(values)]
	}

	return header
}

func readBody(m *mailbox, description *wire.Decoder, header http.Header) (body *Body, length int64) {
	handle := int32(description.Count())
	if handle == 0 {
		return nil, 0
	}
	length, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64)
	if err != nil {
		length = -1
	}
	return newBody(m.ctx, m, handle, length), length
}

// splitAddress splits a URL without changing its path: "https://host/a//b?c" has the target "/a//b?c".
func splitAddress(address string) (scheme, host, target string) {
	scheme, rest, _ := strings.Cut(address, "://")
	if end := strings.IndexAny(rest, "/?"); end >= 0 {
		host, target = rest[:end], rest[end:]
	} else {
		host = rest
	}
	target, _, _ = strings.Cut(target, "#")
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	return scheme, host, target
}

// parseTarget parses path and query. A path with an invalid escape is left as it is: no route matches it. So is one that is too
// long, as parsing it takes long.
func parseTarget(target string) *url.URL {
	if len(target) <= platform.MaxTarget {
		if parsed, err := url.ParseRequestURI(target); err == nil {
			return parsed
		}
	}
	path, query, _ := strings.Cut(target, "?")
	return &url.URL{Path: path, RawQuery: query}
}
