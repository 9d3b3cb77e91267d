package whatwg

import (
	"fmt"
	"net/netip"
	"strings"
)

// OriginsFault returns what is wrong with the origins of a list, "" if nothing is, and the correct list, separated by commas.
func OriginsFault(origins []string) (fault, right string) {
	var corrected, faults []string
	for _, origin := range origins {
		fault, right := OriginFault(origin)
		if fault != "" {
			faults = append(faults, fmt.Sprintf("%q, which %s", origin, fault))
		}
		corrected = append(corrected, right)
	}
	if len(faults) == 0 {
		return "", ""
	}
	return "has " + strings.Join(faults, "; and "), strings.Join(corrected, ",")
}

// OriginFault returns what is wrong with an origin, "" if nothing is, and the correct form: scheme, host and port as a browser
// writes them in the Origin header (https://fetch.spec.whatwg.org/#origin-header).
func OriginFault(text string) (fault, right string) {
	const example = "https://app.example.com"
	if strings.ContainsAny(text, "*?") {
		return "has a wildcard: name each origin in full", example
	}
	if strings.ContainsFunc(text, SeparatesOrigins) {
		return "is more than one origin: separate them with commas", strings.Join(strings.FieldsFunc(text, SeparatesOrigins), ",")
	}
	parsed, readable := Parse(text)
	if !readable || parsed.Host == "" {
		return "is not an origin: write scheme and host", example
	}

	right = parsed.Origin()
	if parsed.Scheme == "http" && !parsed.Loopback() {
		return "is http: only a loopback address may be", Secure(right)
	}
	if right != text {
		return "is not an origin without path, written as a browser does", right
	}
	return "", right
}

// SeparatesOrigins reports whether a character separates origins, and is part of none.
func SeparatesOrigins(char rune) bool { return strings.ContainsRune(", \t\r\n;", char) }

// Secure returns the https form of an http origin.
func Secure(origin string) string {
	if rest, insecure := strings.CutPrefix(origin, "http://"); insecure {
		return "https://" + rest
	}
	return origin
}

// Loopback reports whether the host is this machine's own.
func (u URL) Loopback() bool {
	if u.Host == "localhost" || strings.HasSuffix(u.Host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(strings.Trim(u.Host, "[]"))
	return err == nil && address.IsLoopback()
}
