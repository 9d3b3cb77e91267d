package whatwg

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// maxHost is the longest accepted host, in bytes of the text. The spec has no limit, but no name of more than 253 characters has
// an address, and punycode takes time that grows with the square of the length.
const maxHost = 2 << 10

// readHost is the spec's host parser for schemes whose hosts are domains. It returns the host as browsers write it, and false if
// it is invalid.
func readHost(host string) (string, bool) {
	if len(host) > maxHost {
		return "", false
	}
	if inner, found := strings.CutPrefix(host, "["); found {
		inner, closed := strings.CutSuffix(inner, "]")
		address, err := netip.ParseAddr(inner)
		if !closed || err != nil || !address.Is6() || address.Zone() != "" {
			return "", false
		}
		return "[" + hexAddress(address) + "]", true
	}

	domain, err := toASCII(percentDecoded(host))
	if err != nil || domain == "" || strings.ContainsAny(domain, forbiddenInDomain) {
		return "", false
	}
	if endsInNumber(domain) {
		return readIPv4(domain)
	}
	return domain, true
}

// hexAddress writes an address without the dotted form that package netip uses for mapped IPv4 addresses.
func hexAddress(address netip.Addr) string {
	if !address.Is4In6() {
		return address.String()
	}
	four := address.Unmap().As4()
	return fmt.Sprintf("::ffff:%x:%x", binary.BigEndian.Uint16(four[:2]), binary.BigEndian.Uint16(four[2:]))
}

// forbiddenInDomain are the forbidden domain code points of the spec.
const forbiddenInDomain = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18" +
	"\x19\x1a\x1b\x1c\x1d\x1e\x1f #%/:<>?@[\\]^|\x7f"

// percentDecoded decodes %XX. It keeps a percent sign without two digits, which is refused later.
func percentDecoded(host string) string {
	var decoded strings.Builder
	for i := 0; i < len(host); i++ {
		if host[i] == '%' && i+2 < len(host) {
			if high, low := hexDigit(host[i+1]), hexDigit(host[i+2]); high >= 0 && low >= 0 {
				decoded.WriteByte(byte(high<<4 | low))
				i += 2
				continue
			}
		}
		decoded.WriteByte(host[i])
	}
	return decoded.String()
}

// hexDigit returns the value of a hexadecimal digit; -1 for another character.
func hexDigit(char byte) int {
	switch {
	case '0' <= char && char <= '9':
		return int(char - '0')
	case 'a' <= char|0x20 && char|0x20 <= 'f':
		return int(char|0x20-'a') + 10
	}
	return -1
}

// toASCII is the spec's "domain to ASCII" without beStrict.
func toASCII(domain string) (string, error) {
	if isPlainASCII(domain) {
		return strings.ToLower(domain), nil
	}
	profile := idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false),
		idna.CheckHyphens(false), idna.VerifyDNSLength(false))
	return profile.ToASCII(domain)
}

// isPlainASCII reports whether IDNA leaves the domain as it is.
func isPlainASCII(domain string) bool {
	for i := range len(domain) {
		if domain[i] >= 0x80 {
			return false
		}
	}
	return !strings.Contains(strings.ToLower(domain), "xn--")
}

// endsInNumber reports whether a domain has to be an IPv4 address because its last label is a number.
func endsInNumber(domain string) bool {
	labels := strings.Split(strings.TrimSuffix(domain, "."), ".")
	last := labels[len(labels)-1]
	_, number := ipv4Part(last)
	return number || last != "" && strings.Trim(last, "0123456789") == ""
}

// readIPv4 is the spec's IPv4 parser: one to four decimal, octal or hexadecimal numbers, of which the last fills the remaining
// bytes.
func readIPv4(domain string) (string, bool) {
	parts := strings.Split(strings.TrimSuffix(domain, "."), ".")
	if len(parts) > 4 {
		return "", false
	}

	var address uint64
	for i, part := range parts {
		number, ok := ipv4Part(part)
		limit, shift := uint64(256), 8*(3-i)
		if i == len(parts)-1 {
			limit, shift = 1<<(8*(5-len(parts))), 0
		}
		if !ok || number >= limit {
			return "", false
		}
		address += number << shift
	}
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, uint32(address)))).String(), true
}

func ipv4Part(part string) (uint64, bool) {
	if part == "" {
		return 0, false
	}

	base := 10
	switch {
	case strings.HasPrefix(part, "0x"), strings.HasPrefix(part, "0X"):
		part, base = part[2:], 16
	case len(part) > 1 && part[0] == '0':
		part, base = part[1:], 8
	}
	if part == "" {
		return 0, true
	}
	if part[0] == '+' || part[0] == '-' || part[0] == '_' {
		return 0, false
	}

	number, err := strconv.ParseUint(part, base, 64)
	return number, err == nil
}
