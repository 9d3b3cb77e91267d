package main

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/whatwg"
)

// checkOrigins refuses every origin that no browser sends: the Worker compares it with the header as text, so that
// another spelling would match nothing, in silence.
func checkOrigins(r *reader, s settings) {
	checkPublicURL(r, s)
	var corrected, faults []string
	for _, origin := range list(r.bound(binding.TrustedOrigins)) {
		fault, right := originFault(origin)
		if fault != "" {
			faults = append(faults, fmt.Sprintf("%q, which %s", origin, fault))
		}
		corrected = append(corrected, right)
	}
	if len(faults) > 0 {
		r.problem("trustedOrigins", "holds "+strings.Join(faults, "; and "), strings.Join(corrected, ","))
	}
}

func checkPublicURL(r *reader, s settings) {
	const example = "https://api.example.com"
	if several := strings.FieldsFunc(s.publicURL, separates); len(several) > 1 {
		_, first := originFault(several[0])
		r.problem("publicUrl", fmt.Sprintf("is %q, which is more than one origin: the API has one, and the other sites' origins go into trustedOrigins", s.publicURL), first)
		return
	}
	parsed, readable := whatwg.Parse(s.publicURL)
	fault, right := originFault(s.publicURL)

	switch {
	case s.publicURL == "":
		r.problem("publicUrl", "is missing", example)
	case readable && parsed.Scheme == "http" && s.stack != local:
		r.problem("publicUrl", "is not https", secure(right))
	case fault != "":
		r.problem("publicUrl", fmt.Sprintf("is %q, which %s", s.publicURL, fault), right)
	}
	if s.hostname != "" && s.publicURL != "https://"+s.hostname {
		r.problem("publicUrl", "is not the hostname's origin", "https://"+s.hostname)
	}
	if label, _, _ := strings.Cut(parsed.Host, "."); underWorkersDev(parsed.Host) && (label != s.names.script || !s.workersDev) {
		r.problem("publicUrl", fmt.Sprintf("is under workers.dev, where the Worker %s answers under its own name, and only if workersDev is true", s.names.script),
			"https://"+s.names.script+".<subdomain>.workers.dev")
	}
}

func underWorkersDev(host string) bool { return strings.HasSuffix(host, ".workers.dev") }

// originFault says what is wrong with an origin, "" if nothing is, and how it is right: scheme, host and port as a browser
// writes them in the Origin header (https://fetch.spec.whatwg.org/#origin-header).
func originFault(text string) (fault, right string) {
	const example = "https://app.example.com"
	if strings.ContainsAny(text, "*?") {
		return "has a wildcard: name each origin in full", example
	}
	if strings.ContainsFunc(text, separates) {
		return "is more than one origin: separate them with commas", strings.Join(strings.FieldsFunc(text, separates), ",")
	}
	parsed, readable := whatwg.Parse(text)
	if !readable || parsed.Host == "" {
		return "is not an origin: write scheme and host", example
	}
	right = parsed.Origin()
	if parsed.Scheme == "http" && !loopback(parsed.Host) {
		return "is http: only a loopback address may be", secure(right)
	}
	if right != text {
		return "is not an origin without path, written as a browser does", right
	}
	return "", right
}

// separates reports whether a character stands between origins, and in none.
func separates(char rune) bool { return strings.ContainsRune(", \t\r\n;", char) }

// secure is an http origin's https.
func secure(origin string) string {
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
