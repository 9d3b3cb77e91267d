// Package native makes outbound calls with net/http, for the native server and for tests.
package native

import (
	"errors"
	"net/http"

	"github.com/addreams/addreams/app/outbound"
)

// maxRedirects is how many redirects are followed.
const maxRedirects = 10

// Client returns a caller on the transport; nil is http.DefaultTransport.
func Client(transport http.RoundTripper) *http.Client {
	return &http.Client{Transport: transport, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		switch {
		case !outbound.Follows(via[0]):
			return http.ErrUseLastResponse
		case len(via) >= maxRedirects:
			return errors.New("too many redirects")
		}
		return nil
	}}
}
