package native

import (
	"errors"
	"net/http"

	"github.com/addreams/addreams/app/platform"
)

// maxRedirects is the number of redirects that are followed at most.
const maxRedirects = 10

// HTTPClient returns a client on the transport. nil means http.DefaultTransport and, for requests that are confined to
// public addresses, a transport that connects to no others.
func HTTPClient(transport http.RoundTripper) *http.Client {
	if transport == nil {
		transport = guarded{free: http.DefaultTransport, public: publicTransport()}
	}
	return &http.Client{Transport: transport, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		switch {
		case !platform.FollowsRedirects(via[0]):
			return http.ErrUseLastResponse
		case len(via) >= maxRedirects:
			return errors.New("too many redirects")
		}
		return nil
	}}
}

// guarded chooses the transport by the confinement of the request.
type guarded struct{ free, public http.RoundTripper }

func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if platform.Confined(r) == platform.PublicOnly {
		return g.public.RoundTrip(r)
	}
	return g.free.RoundTrip(r)
}
