package native

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/platform"
)

func get(t *testing.T, url string, to platform.Confinement) (*http.Response, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	response, err := HTTPClient(nil).Do(platform.Confine(request, to))
	if err == nil {
		require.NoError(t, response.Body.Close())
	}
	return response, err
}

// A server on loopback represents everything that a request to a third party's address must not reach.
func TestConfinement(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; r.URL.Path == "/elsewhere" {
			http.Redirect(w, r, "/", http.StatusFound)
		}
	}))
	defer server.Close()

	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	require.NoError(t, err)
	free, err := get(t, server.URL+"/elsewhere", platform.Unconfined)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, free.StatusCode)
	direct, err := get(t, server.URL+"/elsewhere", platform.NoRedirects)
	require.NoError(t, err)
	assert.Equal(t, http.StatusFound, direct.StatusCode, "a redirect is returned as it is")

	asked = 0
	for _, host := range []string{"127.0.0.1", "localhost", "127.0.0.2", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"} {
		_, err := get(t, "http://"+host+":"+port+"/", platform.PublicOnly)
		require.ErrorIs(t, err, errNotPublic, host)
	}
	assert.Zero(t, asked)
}

func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "47.88.1.2": true, "2606:4700::1111": true, "2400:3200::1": true,
		"0.0.0.0": false, "0.1.2.3": false, "10.1.2.3": false, "100.64.0.1": false, "127.0.0.1": false, "127.255.255.255": false, "169.254.169.254": false,
		"172.16.0.1": false, "172.31.255.255": false, "192.0.0.1": false, "192.0.2.1": false, "192.168.1.1": false, "198.18.0.1": false, "203.0.113.1": false,
		"224.0.0.1": false, "240.0.0.1": false, "255.255.255.255": false, "::": false, "::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false,
		"::127.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd12::1": false,
		"fec0::1": false, "ff02::1": false, "2001:db8::1": false, "2001::1": false, "100::1": false,
	} {
		assert.Equal(t, want, public(netip.MustParseAddr(address)), address)
	}
}
