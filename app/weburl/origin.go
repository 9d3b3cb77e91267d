package weburl

import (
	"net/netip"
	"strings"
)

// OriginFault says what is wrong with an origin, "" if nothing is, and how it is right: scheme, host and port as a browser
// writes them in the Origin header (https://fetch.spec.whatwg.org/#origin-header).
func OriginFault(text string) (fault, right string) {
	const example = "https://app.example.com"
	if strings.ContainsAny(text, "*?") {
		return "has a wildcard: name each origin in full", example
	}
	if strings.ContainsAny(text, " \t\r\n;") {
		return "is more than one origin: separate them with commas", strings.Join(strings.FieldsFunc(text, func(char rune) bool { return strings.ContainsRune(" \t\r\n;", char) }), ",")
	}
	parsed, readable := Parse(text)
	if !readable || parsed.Host == "" {
		return "is not an origin: write scheme and host", example
	}
	right = parsed.Origin()
	if parsed.Scheme == "http" && !loopback(parsed.Host) {
		return "is http: only a loopback address may be", Secure(right)
	}
	if right != text {
		return "is not an origin without path, written as a browser does", right
	}
	return "", right
}

// Secure is an http origin's https.
func Secure(origin string) string {
	if rest, insecure := strings.CutPrefix(origin, "http://"); insecure {
		return "https://" + rest
	}
	return origin
}

// loopback reports whether a host, as browsers write it, is this machine's.
func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && address.IsLoopback()
}
