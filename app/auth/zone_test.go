package auth

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Only Workers of the operator's own zones get the wide limits.
func TestOwnZones(t *testing.T) {
	service := &Service{hosts: hostsOf([]string{
		"https://api.example.com", "https://www.shop.example.co.uk:8443", "http://localhost:5173", "https://studio.acme.workers.dev",
		"https://addreams.pages.dev", "https://*.example.net", "*.example.org", "https://app.*", "https://a?c.example.info", "myapp://", "",
	})}
	for zone, want := range map[string]bool{
		"api.example.com": true, "example.com": true, "Example.COM": true,
		"com": false, "evil.example.com": false, "ample.com": false, "evil.com": false, "": false, ".": false, ".com": false,
		"example.co.uk": true, "shop.example.co.uk": true, "co.uk": false, "uk": false,
		"acme.workers.dev": true, "studio.acme.workers.dev": true, "other.acme.workers.dev": true,
		"workers.dev": false, ".workers.dev": false, "dev": false, "evil.workers.dev": false, "acme.evil.workers.dev": false,
		"addreams.pages.dev": true, "pages.dev": false, "evil.pages.dev": false,
		"example.net": true, "example.org": true, "net": false, "example.info": false, "localhost": false, "app": false,
	} {
		assert.Equal(t, want, service.ownsZone(workerZone(zone)), zone)
	}
}
