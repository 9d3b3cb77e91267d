package studio

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/whatwg"
)

// ImageHosts are the hosts that the provider's images may be fetched from. Otherwise, someone who can make the provider
// return another address could have the server call it. The zero value allows every public host.
type ImageHosts struct {
	names   []string // in lower case; each includes its subdomains
	origins []string // matched exactly, and not checked any further: for development
}

// ParseImageHosts reads a comma-separated list of names ("aliyuncs.com" includes every host below it) and of origins with a
// scheme ("http://127.0.0.1:8790"), which may be private and without TLS.
func ParseImageHosts(list string) ImageHosts {
	var hosts ImageHosts
	for entry := range strings.SplitSeq(list, ",") {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if parsed, ok := whatwg.Parse(entry); ok && strings.Contains(entry, "://") {
			hosts.origins = append(hosts.origins, parsed.Origin())
		} else if entry != "" {
			hosts.names = append(hosts.names, entry)
		}
	}
	return hosts
}

var (
	errImageURL  = errors.New("the provider returned an image URL that is not https://host/path of a public host")
	errImageHost = errors.New("the provider returned an image URL of a host that its list of image hosts does not allow")
)

// Check returns an error if an image may not be fetched from the address. The error does not quote the address: anyone who
// knows it can read the image.
func (h ImageHosts) Check(address string) error {
	parsed, ok := whatwg.Parse(address)
	switch {
	case ok && h.hasOrigin(parsed):
		return nil
	case !ok || !plainURL(address, parsed):
		return errImageURL
	case len(h.names)+len(h.origins) > 0 && !withinAny(parsed.Host, h.names):
		return errImageHost
	}
	return nil
}

// hasOrigin reports whether the URL's origin is in the list.
func (h ImageHosts) hasOrigin(u whatwg.URL) bool {
	return u.UserInfo == "" && slices.Contains(h.origins, u.Origin())
}

// confine keeps a request from reaching another address than the one that was checked.
func (h ImageHosts) confine(request *http.Request) *http.Request {
	if parsed, ok := whatwg.Parse(request.URL.String()); ok && h.hasOrigin(parsed) {
		return platform.Confine(request, platform.NoRedirects)
	}
	return platform.Confine(request, platform.PublicOnly)
}

// plainURL reports whether an address names a public host, and means the same to every URL parser.
func plainURL(address string, u whatwg.URL) bool {
	strict, err := url.Parse(address)
	if err != nil || strict.Scheme != "https" || strict.User != nil || u.UserInfo != "" || u.Port != "" {
		return false
	}
	return u.Host == strings.ToLower(strict.Hostname()) && publicName(u.Host)
}

// publicName reports whether a host can be on the public internet: a name with a dot that is not reserved for a machine or a
// network.
func publicName(host string) bool {
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil || strings.HasSuffix(host, ".") {
		return false
	}
	return strings.Contains(host, ".") && !withinAny(host, privateNames)
}

// privateNames are those of RFC 6761, 6762, 8375 and 9476, and others that networks use.
var privateNames = []string{"localhost", "local", "internal", "home.arpa", "alt", "onion", "localdomain", "lan", "home", "corp", "intranet", "private"}

// withinAny reports whether a host is one of the names, or below one.
func withinAny(host string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return host == name || strings.HasSuffix(host, "."+name) })
}
