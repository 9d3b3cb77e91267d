package api

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/whatwg"
)

// origin is the origin in the URLs of pictures. The calling page must be able to show them, and its browser sends the session
// cookie to one host only.
//
//   - A page of another, trusted origin (Origin) calls this host directly: the URLs name the host that was called.
//   - A page of the same origin, as its browser sees it, may be behind a proxy. If Referer names one of our origins, that is it.
//     If the browser only says that the origin is the same (Sec-Fetch-Site), the URLs are paths, which work everywhere.
//   - For every other client it is the public URL.
//
// The Host header counts only if a trusted Origin confirms it, and among the names of the loopback. Page scripts cannot
// forge these headers. Another client that forges them only receives URLs of its own choice.
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

	if page := pageOrigin(r.Header.Get("Referer")); page != "" && a.isOwnOrigin(page, public) {
		return page
	}
	if same {
		return ""
	}
	if own := pageOrigin(ownOrigin(r)); sameLoopback(own, public) {
		return own
	}
	return public
}

// isOwnOrigin reports whether an origin is the public one or a frontend's. A loopback origin may use any name of the loopback.
func (a *App) isOwnOrigin(page, public string) bool {
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

// publicOrigin is the origin of the public URL.
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

// pageOrigin returns the origin of a URL as browsers write it; "" for anything but http(s). Package auth has a stricter rule
// for URLs that a client made up.
func pageOrigin(address string) string {
	if address == "" {
		return ""
	}
	parsed, ok := whatwg.Parse(address)
	if !ok {
		return ""
	}
	return parsed.Origin()
}

// sameLoopback reports whether two origins are on the loopback of this machine, with the same scheme and port: one server under
// different names.
func sameLoopback(one, other string) bool {
	a, readable := whatwg.Parse(one)
	b, alsoReadable := whatwg.Parse(other)
	return readable && alsoReadable && a.Loopback() && b.Loopback() && a.Scheme == b.Scheme && a.Port == b.Port
}
