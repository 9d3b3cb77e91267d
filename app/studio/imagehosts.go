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

// ImageHosts says from where the provider's images may be fetched. Whoever can make the provider name another address would
// otherwise have it called from here. Without entries it is any public host.
type ImageHosts struct {
	names   []string // lower case; each stands for what is below it too
	origins []string // exactly these, whatever they are: for development
}

// ParseImageHosts reads a comma-separated list: names ("aliyuncs.com" allows every host below it), and origins with a scheme
// ("http://127.0.0.1:8788"), which need be neither public nor https.
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
	errImageURL  = errors.New("the provider names an image by a URL that is not https://host/path of a public host")
	errImageHost = errors.New("the provider names an image of a host that QWEN_IMAGE_HOSTS does not allow")
)

// Check reports why an image may not be fetched from an address. The error does not quote the address: whoever has it has the
// image.
func (h ImageHosts) Check(address string) error {
	parsed, ok := whatwg.Parse(address)
	switch {
	case ok && h.named(parsed):
		return nil
	case !ok || !plainURL(address, parsed):
		return errImageURL
	case len(h.names)+len(h.origins) > 0 && !slices.ContainsFunc(h.names, func(name string) bool { return within(parsed.Host, name) }):
		return errImageHost
	}
	return nil
}

// named reports whether the URL's origin itself is in the list.
func (h ImageHosts) named(u whatwg.URL) bool {
	return u.UserInfo == "" && slices.Contains(h.origins, u.Origin())
}

// confine keeps a call from going elsewhere than to the address that was checked.
func (h ImageHosts) confine(request *http.Request) *http.Request {
	if parsed, ok := whatwg.Parse(request.URL.String()); ok && h.named(parsed) {
		return platform.Confine(request, platform.NoRedirects)
	}
	return platform.Confine(request, platform.PublicOnly)
}

// plainURL reports whether an address is one of a public host, and the same to every reader of URLs.
func plainURL(address string, u whatwg.URL) bool {
	strict, err := url.Parse(address)
	if err != nil || strict.Scheme != "https" || strict.User != nil || u.UserInfo != "" || u.Port != "" {
		return false
	}
	return u.Host == strings.ToLower(strict.Hostname()) && publicName(u.Host)
}

// publicName reports whether a host can be one of the public internet: a name with a dot, and none of those that never leave
// a machine or a network.
func publicName(host string) bool {
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil || strings.HasSuffix(host, ".") {
		return false
	}
	return strings.Contains(host, ".") && !slices.ContainsFunc(privateNames, func(name string) bool { return within(host, name) })
}

// Of RFC 6761, 6762, 8375 and 9476, and what networks use without one.
var privateNames = []string{"localhost", "local", "internal", "home.arpa", "alt", "onion", "localdomain", "lan", "home", "corp", "intranet", "private"}

func within(host, name string) bool { return host == name || strings.HasSuffix(host, "."+name) }
