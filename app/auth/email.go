package auth

import "strings"

const maxEmail = 1 << 10

// ValidEmail reports whether an address has better-auth's grammar (that of zod 4): ASCII only; a local part of
// `A-Za-z0-9_'+-.` that neither starts with a dot nor ends with a dot or an apostrophe; no two dots in a row anywhere; a
// domain of one or more labels that start with a letter or digit and go on with letters, digits and hyphens, and a last
// label of at least two letters. Nothing is trimmed. Only the length is ours: no mail server takes an address of more
// than maxEmail bytes.
func ValidEmail(address string) bool {
	local, domain, found := strings.Cut(address, "@")
	return found && len(address) <= maxEmail && !strings.Contains(address, "..") && validLocal(local) && validDomain(domain)
}

func validLocal(local string) bool {
	if local == "" || local[0] == '.' {
		return false
	}
	for i := range len(local) {
		if !alphanumericByte(local[i]) && !strings.Contains("_'+-.", local[i:i+1]) {
			return false
		}
	}
	last := local[len(local)-1]
	return last != '.' && last != '\''
}

func validDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return false
	}

	top := labels[len(labels)-1]
	for _, label := range labels[:len(labels)-1] {
		if !validLabel(label) {
			return false
		}
	}
	for i := range len(top) {
		if !letterByte(top[i]) {
			return false
		}
	}
	return len(top) >= 2
}

func validLabel(label string) bool {
	if label == "" || label[0] == '-' {
		return false
	}
	for i := range len(label) {
		if label[i] != '-' && !alphanumericByte(label[i]) {
			return false
		}
	}
	return true
}

func letterByte(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func alphanumericByte(c byte) bool { return letterByte(c) || c >= '0' && c <= '9' }
