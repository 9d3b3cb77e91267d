package main

import (
	"fmt"
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
		fault, right := whatwg.OriginFault(origin)
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
	parsed, readable := whatwg.Parse(s.publicURL)
	fault, right := whatwg.OriginFault(s.publicURL)

	switch {
	case s.publicURL == "":
		r.problem("publicUrl", "is missing", example)
	case readable && parsed.Scheme == "http" && s.stack != local:
		r.problem("publicUrl", "is not https", whatwg.Secure(right))
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
