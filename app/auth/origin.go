package auth

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/addreams/addreams/app/whatwg"
)

var (
	errNoOrigin      = refuseAs(http.StatusForbidden, "MISSING_OR_NULL_ORIGIN", "Missing or null Origin")
	errForeignOrigin = refuseAs(http.StatusForbidden, "INVALID_ORIGIN", "Invalid origin")
	errCrossSite     = Refuse(http.StatusForbidden, "Cross-site navigation login blocked. This request appears to be a CSRF attack.")
)

// MaxURL is the longest URL, in bytes, that a browser is sent to. A longer one would not fit into the headers that servers
// and browsers take.
const MaxURL = 8 << 10

func trustedOrigins(baseURL string, origins []string) []string {
	return append([]string{originOf(baseURL)}, origins...)
}

// CheckOrigin refuses a request that carries cookies and does not come from a page of a trusted origin.
func (s *Service) CheckOrigin(header http.Header) error {
	if _, cookies := header["Cookie"]; !cookies {
		return nil
	}
	return s.checkSender(header)
}

// CheckLogin keeps other sites from signing in a browser that has no cookies yet. Browsers say in the Sec-Fetch headers why
// they send a request; other programs send none.
func (s *Service) CheckLogin(header http.Header) error {
	if _, cookies := header["Cookie"]; cookies {
		return nil // CheckOrigin has checked it
	}
	site, mode := header.Get("Sec-Fetch-Site"), header.Get("Sec-Fetch-Mode")
	if strings.TrimSpace(site+mode+header.Get("Sec-Fetch-Dest")) == "" {
		return nil
	}
	if site == "cross-site" && mode == "navigate" {
		return errCrossSite
	}
	return s.checkSender(header)
}

func (s *Service) checkSender(header http.Header) error {
	sender := header.Get("Origin")
	if sender == "" {
		sender = header.Get("Referer")
	}
	if sender == "" || sender == "null" {
		return errNoOrigin
	}
	if len(sender) > MaxURL || strings.HasPrefix(sender, "/") || !s.trusts(sender) {
		return errForeignOrigin
	}
	return nil
}

// FromForeignPage reports whether a browser says that a page of an origin that is not trusted makes the request. Other
// programs say nothing.
func (s *Service) FromForeignPage(header http.Header) bool {
	sender := header.Get("Origin")
	if sender == "" {
		sender = header.Get("Referer")
	}
	if sender != "" {
		return strings.HasPrefix(sender, "/") || !s.trusts(sender)
	}

	site := header.Get("Sec-Fetch-Site")
	return site == "cross-site" || site == "same-site"
}

// CheckURL refuses a URL to send a browser to that is neither a plain path nor of a trusted origin; name is what the
// error calls it. An empty URL passes.
func (s *Service) CheckURL(name, target string) error {
	if len(target) > MaxURL {
		return Refuse(http.StatusForbidden, "Invalid "+name)
	}
	if target == "" || safePath(target) || !strings.HasPrefix(target, "/") && s.trusts(target) {
		return nil
	}
	return Refuse(http.StatusForbidden, "Invalid "+name)
}

// trusts reports whether a URL matches an entry of the list. One that is not http(s) must start with an entry.
func (s *Service) trusts(target string) bool {
	origin := originOf(target)
	for _, entry := range s.trusted {
		switch {
		case entry == "":
		case strings.ContainsAny(entry, "*?"):
			subject := origin
			if !strings.Contains(entry, "://") {
				_, subject, _ = strings.Cut(origin, "://")
			}
			if subject != "" && glob(entry, subject) {
				return true
			}
		case origin != "":
			if origin == entry {
				return true
			}
		case appLink(target) && strings.HasPrefix(target, entry):
			return true
		}
	}

	return false
}

// originOf returns the origin of an http(s) URL as browsers write it; "" for any other text. A URL whose host browsers and
// other programs may read differently (backslashes, line breaks, other than two slashes) has none.
func originOf(target string) string {
	parsed, ok := whatwg.Parse(target)
	if _, after, _ := strings.Cut(target, "://"); !ok || after == "" || after[0] == '/' {
		return ""
	}
	for i := range len(target) {
		if c := target[i]; c < ' ' || c == 0x7f || c == '\\' {
			return ""
		}
	}
	return parsed.Origin()
}

// appLink reports whether a URL has a scheme of its own, as links to a mobile app have. URLs that run or show their own
// content are no links.
func appLink(target string) bool {
	parsed, err := url.Parse(target)
	if err != nil {
		return false
	}
	switch parsed.Scheme {
	case "", "http", "https", "javascript", "data", "blob", "vbscript", "file":
		return false
	}
	return true
}

// safePath reports whether a target is a path of this site: one slash, not followed by what a browser would read as
// another host, then plain characters, and at most one query.
func safePath(target string) bool {
	rest, found := strings.CutPrefix(target, "/")
	if !found || strings.HasPrefix(rest, "/") {
		return false
	}
	path, query, _ := strings.Cut(rest, "?")
	return consistsOf(path, "_-.+/@") && consistsOf(query, "_-.+/=&%@")
}

func consistsOf(text, punctuation string) bool {
	for i := range len(text) {
		if !alphanumericByte(text[i]) && strings.IndexByte(punctuation, text[i]) < 0 {
			return false
		}
	}
	return true
}

// glob matches a whole text against a pattern in which `*` is any run of characters and `?` is one.
func glob(pattern, text string) bool {
	star, resume := -1, 0
	p, t := 0, 0

	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
