package auth

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/addreams/addreams/app/whatwg"
)

// maxZone is the longest name of a host.
const maxZone = 253

// workersDev is where accounts have Workers without a domain of their own: the zone is the account's, acme.workers.dev.
const workersDev = ".workers.dev"

// workerZone reads the zone that Cloudflare names as that of a Worker. Of a host below workers.dev it is the account's.
func workerZone(header string) string {
	zone := strings.ToLower(truncated(header, maxZone))
	if account, found := strings.CutSuffix(zone, workersDev); found {
		return account[strings.LastIndexByte(account, '.')+1:] + workersDev
	}
	return zone
}

// ownsZone reports whether a zone holds the host of the API or of a frontend, so that its Workers are the operator's. One
// below which anybody may have a host is nobody's.
func (s *Service) ownsZone(zone string) bool {
	if suffix, _ := publicsuffix.PublicSuffix(zone); suffix == zone {
		return false
	}
	return slices.ContainsFunc(s.hosts, func(host string) bool {
		return host == zone || strings.HasSuffix(host, "."+zone)
	})
}

// hostsOf are the hosts of trusted origins. Of a pattern for all that is below a host, it is that host.
func hostsOf(origins []string) []string {
	var hosts []string
	for _, origin := range origins {
		host := strings.TrimPrefix(strings.TrimPrefix(origin, "https://"), "http://")
		host = strings.TrimPrefix(host, "*.")
		parsed, ok := whatwg.Parse("https://" + host)
		if ok && !strings.ContainsAny(host, "*?") {
			hosts = append(hosts, parsed.Host)
		}
	}
	return hosts
}
