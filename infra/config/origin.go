package config

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/whatwg"
	"github.com/addreams/addreams/infra/names"
)

// trustedOrigins refuses every origin that no browser sends. The Worker compares the header as text, so that another
// spelling would never match.
func trustedOrigins(_, value string) (fault, right string) {
	var corrected, faults []string
	for _, origin := range list(value) {
		fault, right := originFault(origin)
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

// publicOrigin refuses what is not one origin of the API, and https on every stack but the local one.
func publicOrigin(stack, value string) (fault, right string) {
	if several := strings.FieldsFunc(value, separates); len(several) > 1 {
		_, first := originFault(several[0])
		return fmt.Sprintf("is %q, which is more than one origin: the API has one, and the other sites' origins go into trustedOrigins", value), first
	}
	fault, right = originFault(value)
	if parsed, valid := whatwg.Parse(value); valid && parsed.Scheme == "http" && stack != names.Local {
		return "is not https", secure(right)
	}
	if fault != "" {
		return fmt.Sprintf("is %q, which %s", value, fault), right
	}
	return "", ""
}

// separates reports whether a character stands between origins, and is in none.
func separates(char rune) bool { return strings.ContainsRune(", \t\r\n;", char) }

// checkPublicURL compares the public URL with where the Worker answers.
func checkPublicURL(r *reader, s Stack) {
	public, url := binding.Of(binding.AuthURL), s.Worker.URL
	if hostname := s.Domain.Hostname; hostname != "" && url != "https://"+hostname {
		r.bindingProblem(public, "is not the hostname's origin", "https://"+hostname)
	}
	parsed, _ := whatwg.Parse(url)
	if label, _, _ := strings.Cut(parsed.Host, "."); underWorkersDev(parsed.Host) && (label != s.Worker.Name || !s.Worker.WorkersDev) {
		r.bindingProblem(public,
			fmt.Sprintf("is under workers.dev, where the Worker %s answers only under its own name, and only if workersDev is true", s.Worker.Name),
			"https://"+s.Worker.Name+".<subdomain>.workers.dev")
	}
}

func underWorkersDev(host string) bool { return strings.HasSuffix(host, ".workers.dev") }

// originFault returns what is wrong with an origin, "" if nothing is, and the correct form: scheme, host and port as a browser
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

// secure returns the https form of an http origin.
func secure(origin string) string {
	if rest, insecure := strings.CutPrefix(origin, "http://"); insecure {
		return "https://" + rest
	}
	return origin
}

// loopback reports whether a host, as browsers write it, is this machine.
func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && address.IsLoopback()
}
