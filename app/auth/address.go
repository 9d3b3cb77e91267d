package auth

import (
	"net/netip"
	"strings"
)

// clientAddress reads the address that Cloudflare saw, in the form of better-auth: IPv4 as it is, IPv6 in full,
// lower-case, with its last 64 bits zero, because one client has them all. Anything else is "".
func clientAddress(header string) string {
	address, err := netip.ParseAddr(strings.TrimSpace(header))
	if err != nil || address.Zone() != "" {
		return ""
	}
	if address = address.Unmap(); address.Is4() {
		return address.String()
	}
	network := address.As16()
	clear(network[8:])
	return netip.AddrFrom16(network).StringExpanded()
}
