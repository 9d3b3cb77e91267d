package config

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/whatwg"
	"github.com/addreams/addreams/infra/names"
)

// trustedOrigins refuses every origin that no browser sends. The Worker compares the header as text, so that another
// spelling would never match.
func trustedOrigins(_, value string) (fault, right string) {
	return whatwg.OriginsFault(binding.List(value))
}

// publicOrigin reports a value that is not exactly one origin, or not https on a stack other than the local one.
func publicOrigin(stack, value string) (fault, right string) {
	if several := strings.FieldsFunc(value, whatwg.SeparatesOrigins); len(several) > 1 {
		_, first := whatwg.OriginFault(several[0])
		return fmt.Sprintf("is %q, which is more than one origin: the API has one, and the other sites' origins go into trustedOrigins", value), first
	}
	fault, right = whatwg.OriginFault(value)
	if parsed, valid := whatwg.Parse(value); valid && parsed.Scheme == "http" && stack != names.Local {
		return "is not https", whatwg.Secure(right)
	}
	if fault != "" {
		return fmt.Sprintf("is %q, which %s", value, fault), right
	}
	return "", ""
}

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
