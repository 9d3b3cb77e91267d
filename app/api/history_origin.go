package api

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/whatwg"
)

// origin is what the addresses of pictures begin with, so that the page that asks can show them: its browser sends the
// session's cookie to that host alone.
//
//   - A page of another origin that is trusted (Origin) calls this host directly: it is the one that was called.
//   - A page of the same origin, as its browser sees it, may have a proxy before it. Its origin is in Referer, if that is one of
//     ours; and if the browser only says that it is the same (Sec-Fetch-Site), the addresses are paths, which are right anywhere.
//   - For anybody else it is the public URL.
//
// A Host header counts where a trusted Origin vouches for it, and between the names of one loopback address. Page scripts can
// forge none of these headers, and whoever else does gets addresses of their own choice, and nothing more.
func (a *App) origin(r *http.Request) string {
	public := a.publicOrigin()
	sender := r.Header.Get("Origin")
	same := r.Header.Get("Sec-Fetch-Site") == "same-origin"
	switch {
	case a.trusts(sender) && same:
		return sender
	case a.trusts(sender):
		return ownOrigin(r)
	case sender != "":
		return public
	}

	if page := originOf(r.Header.Get("Referer")); page != "" && a.ours(page, public) {
		return page
	}
	if same {
		return ""
	}
	if own := ownOrigin(r); sameLoopback(own, public) {
		return own
	}
	return public
}

// ours reports whether an origin is the public one or a frontend's, by whichever of its names if it is a loopback address.
func (a *App) ours(page, public string) bool {
	if page == public || sameLoopback(page, public) {
		return true
	}
	for _, origin := range a.origins {
		if page == origin || sameLoopback(page, origin) {
			return true
		}
	}
	return false
}

// publicOrigin is that of the public URL.
func (a *App) publicOrigin() string {
	public, err := url.Parse(a.platform.Env(binding.AuthURL))
	if err != nil || public.Host == "" {
		return strings.TrimRight(a.platform.Env(binding.AuthURL), "/")
	}
	return public.Scheme + "://" + public.Host
}

// ownOrigin is the origin of the request's URL.
func ownOrigin(r *http.Request) string {
	switch {
	case r.URL.Host != "":
		return r.URL.Scheme + "://" + r.URL.Host
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// originOf is the origin of an http(s) URL as browsers write it; "" for anything else.
func originOf(address string) string {
	if address == "" {
		return ""
	}
	parsed, ok := whatwg.Parse(address)
	if !ok {
		return ""
	}
	return parsed.Origin()
}

// sameLoopback reports whether two origins are one loopback server by its names.
func sameLoopback(one, other string) bool {
	scheme, port, ok := cutLoopback(one)
	otherScheme, otherPort, also := cutLoopback(other)
	return ok && also && scheme == otherScheme && port == otherPort
}

// cutLoopback cuts the host out of an origin; false if it is none of the loopback address's names.
func cutLoopback(origin string) (scheme, port string, ok bool) {
	scheme, host, _ := strings.Cut(origin, "://")
	for _, name := range [...]string{"localhost", "127.0.0.1", "[::1]"} {
		if rest, found := strings.CutPrefix(host, name); found && (rest == "" || rest[0] == ':') {
			return scheme, rest, true
		}
	}
	return "", "", false
}
