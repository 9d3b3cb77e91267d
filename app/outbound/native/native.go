// Package native makes outbound calls with net/http, for the native server and for tests.
package native

import (
	"errors"
	"net/http"

	"github.com/addreams/addreams/app/outbound"
)

// maxRedirects is how many redirects are followed.
const maxRedirects = 10

// Client returns a caller on the transport. nil is http.DefaultTransport, and for calls that are confined to public addresses
// one that connects to no others.
func Client(transport http.RoundTripper) *http.Client {
	if transport == nil {
		transport = guarded{free: http.DefaultTransport, public: publicTransport()}
	}
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

// guarded chooses the transport by the call's confinement.
type guarded struct{ free, public http.RoundTripper }

func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if outbound.Confined(r) == outbound.Public {
		return g.public.RoundTrip(r)
	}
	return g.free.RoundTrip(r)
}
