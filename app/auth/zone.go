package auth

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/addreams/addreams/app/whatwg"
)

// maxZone is the length of the longest host name.
const maxZone = 253

// workersDev is the domain of Workers without a domain of their own. The zone is the account's, as acme.workers.dev.
const workersDev = ".workers.dev"

// workerZone reads the zone of a Worker from Cloudflare's header. For a host below workers.dev it is the account's.
func workerZone(header string) string {
	zone := strings.ToLower(truncated(header, maxZone))
	if account, found := strings.CutSuffix(zone, workersDev); found {
		return account[strings.LastIndexByte(account, '.')+1:] + workersDev
	}
	return zone
}

// ownsZone reports whether a zone contains the host of the API or of a frontend, so that its Workers are the operator's. A
// public suffix, below which anyone may have a host, has no owner.
func (s *Service) ownsZone(zone string) bool {
	if suffix, _ := publicsuffix.PublicSuffix(zone); suffix == zone {
		return false
	}
	return slices.ContainsFunc(s.hosts, func(host string) bool {
		return host == zone || strings.HasSuffix(host, "."+zone)
	})
}

// hostsOf returns the hosts of trusted origins. For a pattern of all hosts below one, it is that one.
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
