// Package whatwg reads http and https URLs as browsers do (https://url.spec.whatwg.org/#concept-basic-url-parser). Browsers are
// more lenient than package net/url, and a redirect must be judged by where the browser will go. The package knows no other
// scheme.
//
// A library would replace most of it: github.com/nlnwa/whatwg-url v0.6.2 was tried, makes the Worker 60 kB larger (gzipped), and
// does not escape the query as browsers do (% and ; stay as they are in two cases of TestWithParameter).
package whatwg

import (
	"strconv"
	"strings"
)

// URL is an absolute URL.
type URL struct {
	Scheme   string // http or https
	UserInfo string // as in the text, with its @; "" for none
	Host     string // as browsers write it: ASCII, lower case
	Port     string // "" for the scheme's default
	Rest     string // path, query and fragment, as in the text, without tabs and line breaks
}

// Parse reads a text. It reports false if the text is not an absolute http or https URL.
func Parse(text string) (URL, bool) {
	text = strings.TrimFunc(text, func(char rune) bool { return char <= ' ' })
	text = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(text)

	scheme, rest, found := strings.Cut(text, ":")
	if !found {
		return URL{}, false
	}
	scheme = lowerASCII(scheme)
	if scheme != "http" && scheme != "https" {
		return URL{}, false
	}

	authority, rest := cutAuthority(strings.TrimLeft(rest, `/\`))
	at := strings.LastIndexByte(authority, '@') + 1
	host, port := splitPort(authority[at:])
	port, validPort := readPort(port, scheme)
	host, validHost := readHost(host)
	if !validPort || !validHost {
		return URL{}, false
	}
	return URL{scheme, authority[:at], host, port, rest}, true
}

// Origin is scheme, host and port, as browsers send it.
func (u URL) Origin() string {
	origin := u.Scheme + "://" + u.Host
	if u.Port != "" {
		origin += ":" + u.Port
	}
	return origin
}

// lowerASCII converts only ASCII letters to lower case: for Unicode the Kelvin sign is a k, for a URL it is not.
func lowerASCII(text string) string {
	return strings.Map(func(char rune) rune {
		if char >= 'A' && char <= 'Z' {
			return char + 'a' - 'A'
		}
		return char
	}, text)
}

func cutAuthority(text string) (authority, rest string) {
	if end := strings.IndexAny(text, `/\?#`); end >= 0 {
		return text[:end], text[end:]
	}
	return text, ""
}

// splitPort cuts at the colon outside of brackets.
func splitPort(authority string) (host, port string) {
	colon := strings.IndexByte(authority[strings.LastIndexByte(authority, ']')+1:], ':')
	if colon < 0 {
		return authority, ""
	}
	colon += strings.LastIndexByte(authority, ']') + 1
	return authority[:colon], authority[colon+1:]
}

// readPort returns a port as browsers write it; "" for the scheme's default. It reports false if it is invalid.
func readPort(port, scheme string) (string, bool) {
	if port == "" {
		return "", true
	}
	for i := range len(port) {
		if port[i] < '0' || port[i] > '9' {
			return "", false
		}
	}

	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return "", false
	}

	if scheme == "http" && number == 80 || scheme == "https" && number == 443 {
		return "", true
	}
	return strconv.FormatUint(number, 10), true
}
