package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// clientAddress returns an address in the form of better-auth: IPv4 as it is, IPv6 in full, lower-case, with its last 64
// bits zero, because one client has them all; "" if the text is no address.
func clientAddress(text string) string {
	address, err := netip.ParseAddr(strings.TrimSpace(text))
	if err != nil || address.Zone() != "" {
		return ""
	}
	if address.Is4() {
		return strings.TrimSpace(text) // there is one form of it
	}
	if address = address.Unmap(); address.Is4() {
		return address.String()
	}
	network := address.As16()
	clear(network[8:])
	return netip.AddrFrom16(network).StringExpanded()
}

// workers is the network of the address that Cloudflare gives to every request that a Worker makes, 2a06:98c0:3600::103,
// no matter who the Worker's own client is: https://developers.cloudflare.com/fundamentals/reference/http-headers/.
const workers = "2a06:98c0:3600:0000:0000:0000:0000:0000"

// client returns who sends a request: the address that our own proxy has signed, or else the one that Cloudflare saw. A
// Worker has no address of its own: then proxy is the Worker's zone, which Cloudflare names, and own reports whether it is
// ours.
func (s *Service) client(r *http.Request) (address, proxy string, own bool) {
	if address = s.signedAddress(r); address != "" {
		return address, "", false
	}
	address = clientAddress(r.Header.Get("Cf-Connecting-Ip"))
	if address == workers {
		zone := workerZone(r.Header.Get("Cf-Worker"))
		return "", "worker " + zone, s.ownsZone(zone)
	}
	return address, "", false
}

// ClientHeader is the header in which our own proxy sends its client's address, X-AdDreams-Client, as http.Header has it:
//
//	<address>;t=<Unix seconds>;v=<signature>
//
// The signature is base64url without padding of HMAC-SHA256, under the proxy's key, of these five lines, without a line
// break at the end: "v1", the method, the path as it is sent, the address, the seconds.
const ClientHeader = "X-Addreams-Client"

// clientTolerance is how far the proxy's clock may be from ours, and how long a header is valid.
const clientTolerance = time.Minute

// signedAddress reads ClientHeader; "" if it is missing, forged, stale or malformed, or if there is no key.
func (s *Service) signedAddress(r *http.Request) string {
	header := r.Header.Get(ClientHeader)
	if header == "" || len(s.proxyKey) == 0 {
		return ""
	}

	address, rest, _ := strings.Cut(header, ";t=")
	at, signature, _ := strings.Cut(rest, ";v=")
	given, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || !hmac.Equal(given, s.clientSignature(r, address, at)) {
		return ""
	}

	unix, err := strconv.ParseInt(at, 10, 64)
	if err != nil || s.now().Sub(time.Unix(unix, 0)).Abs() > clientTolerance {
		return ""
	}
	return clientAddress(address)
}

func (s *Service) clientSignature(r *http.Request, address, at string) []byte {
	mac := hmac.New(sha256.New, s.proxyKey)
	mac.Write([]byte(strings.Join([]string{"v1", r.Method, r.URL.EscapedPath(), address, at}, "\n")))
	return mac.Sum(nil)
}
