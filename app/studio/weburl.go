package studio

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// isWebURL tells whether the WHATWG parser (https://url.spec.whatwg.org/#concept-basic-url-parser) takes the text as an
// absolute URL with the scheme http or https. It is more lenient than package url, and browsers produce what it takes.
func isWebURL(text string) bool {
	text = strings.TrimFunc(text, func(char rune) bool { return char <= ' ' })
	text = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(text)
	scheme, rest, found := strings.Cut(text, ":")
	if !found || !strings.EqualFold(scheme, "http") && !isHTTPS(scheme) {
		return false
	}
	rest = strings.TrimLeft(rest, `/\`)
	if end := strings.IndexAny(rest, `/\?#`); end >= 0 {
		rest = rest[:end]
	}
	host, port := splitPort(rest[strings.LastIndexByte(rest, '@')+1:])
	return isPort(port) && isHost(host)
}

// isHTTPS folds ASCII alone: to Unicode the long s is an s, to a URL it is not.
func isHTTPS(scheme string) bool {
	return len(scheme) == len("https") && strings.EqualFold(scheme, "https")
}

// splitPort cuts at the colon that no bracket encloses.
func splitPort(authority string) (host, port string) {
	colon := strings.IndexByte(authority[strings.LastIndexByte(authority, ']')+1:], ':')
	if colon < 0 {
		return authority, ""
	}
	colon += strings.LastIndexByte(authority, ']') + 1
	return authority[:colon], authority[colon+1:]
}

func isPort(port string) bool {
	for _, char := range port {
		if char < '0' || char > '9' {
			return false
		}
	}
	number, err := strconv.ParseUint("0"+port, 10, 64)
	return err == nil && number <= 65535
}

// isHost is the spec's host parser, for schemes whose hosts are domains.
func isHost(host string) bool {
	if inner, found := strings.CutPrefix(host, "["); found {
		inner, closed := strings.CutSuffix(inner, "]")
		address, err := netip.ParseAddr(inner)
		return closed && err == nil && address.Is6() && address.Zone() == ""
	}
	domain, err := toASCII(percentDecoded(host))
	if err != nil || domain == "" || strings.ContainsAny(domain, forbiddenInDomain) {
		return false
	}
	return !endsInNumber(domain) || isIPv4(domain)
}

// forbiddenInDomain are the forbidden domain code points of the spec.
const forbiddenInDomain = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18" +
	"\x19\x1a\x1b\x1c\x1d\x1e\x1f #%/:<>?@[\\]^|\x7f"

// percentDecoded turns %XX into bytes; a percent sign that begins none stays, to be refused later.
func percentDecoded(host string) string {
	var decoded strings.Builder
	for i := 0; i < len(host); i++ {
		if host[i] == '%' && i+2 < len(host) {
			if char, err := url.PathUnescape(host[i : i+3]); err == nil {
				decoded.WriteString(char)
				i += 2
				continue
			}
		}
		decoded.WriteByte(host[i])
	}
	return decoded.String()
}

// toASCII is the spec's domain to ASCII, not strict.
func toASCII(domain string) (string, error) {
	if isPlainASCII(domain) {
		return strings.ToLower(domain), nil
	}
	profile := idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false),
		idna.CheckHyphens(false), idna.VerifyDNSLength(false))
	return profile.ToASCII(domain)
}

// isPlainASCII tells whether IDNA has nothing to say of the domain.
func isPlainASCII(domain string) bool {
	for i := range len(domain) {
		if domain[i] >= 0x80 {
			return false
		}
	}
	return !strings.Contains(strings.ToLower(domain), "xn--")
}

// endsInNumber tells whether a domain has to be an IPv4 address: its last label is a number.
func endsInNumber(domain string) bool {
	labels := strings.Split(strings.TrimSuffix(domain, "."), ".")
	last := labels[len(labels)-1]
	_, number := ipv4Part(last)
	return number || last != "" && strings.Trim(last, "0123456789") == ""
}

// isIPv4 is the spec's IPv4 parser: one to four numbers, decimal, octal or hexadecimal; the last fills what is left.
func isIPv4(domain string) bool {
	parts := strings.Split(strings.TrimSuffix(domain, "."), ".")
	if len(parts) > 4 {
		return false
	}
	for i, part := range parts {
		number, ok := ipv4Part(part)
		limit := uint64(256)
		if i == len(parts)-1 {
			limit = 1 << (8 * (5 - len(parts)))
		}
		if !ok || number >= limit {
			return false
		}
	}
	return true
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
