package whatwg

import "strings"

// WithParameter returns the URL as browsers write it, with a parameter of its query set: the first one of that name is replaced,
// others of that name are dropped, and the rest keeps its order.
func (u URL) WithParameter(name, value string) string {
	rest, fragment, hasFragment := strings.Cut(u.Rest, "#")
	path, query, _ := strings.Cut(rest, "?")
	href := u.Scheme + "://" + cleanUserInfo(u.UserInfo) + strings.TrimPrefix(u.Origin(), u.Scheme+"://") + cleanPath(path)
	href += "?" + setParameter(query, name, value)
	if hasFragment {
		href += "#" + escape(fragment, "\"<>` ")
	}
	return href
}

// cleanUserInfo escapes the part before an authority's @, and drops an empty one.
func cleanUserInfo(info string) string {
	const more = "\"#<>?^`{} /:;=@[\\]|"
	user, password, _ := strings.Cut(strings.TrimSuffix(info, "@"), ":")
	switch {
	case password != "":
		return escape(user, more) + ":" + escape(password, more) + "@"
	case user != "":
		return escape(user, more) + "@"
	}
	return ""
}

// cleanPath resolves segments of one or two dots, and escapes what a path may not contain.
func cleanPath(path string) string {
	segments := strings.Split(strings.TrimPrefix(strings.ReplaceAll(path, `\`, "/"), "/"), "/")
	var kept []string
	for i, segment := range segments {
		last := i == len(segments)-1
		switch strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(segment, "%2e", "."), "%2E", ".")) {
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		case ".":
		default:
			kept = append(kept, escape(segment, "\"#<>?^`{} "))
			continue
		}
		if last {
			kept = append(kept, "")
		}
	}

	return "/" + strings.Join(kept, "/")
}

func setParameter(query, name, value string) string {
	var pairs []string
	set := false
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		key, held, _ := strings.Cut(pair, "=")
		key, held = FormDecode(key), FormDecode(held)
		if key == name {
			if set {
				continue
			}
			held, set = value, true
		}
		pairs = append(pairs, FormEscape(key)+"="+FormEscape(held))
	}

	if !set {
		pairs = append(pairs, FormEscape(name)+"="+FormEscape(value))
	}
	return strings.Join(pairs, "&")
}

// FormDecode decodes a name or value as URLSearchParams does, which refuses nothing.
func FormDecode(text string) string {
	return strings.ToValidUTF8(percentDecoded(strings.ReplaceAll(text, "+", " ")), "\ufffd")
}

// FormEscape encodes a name or value as URLSearchParams does: application/x-www-form-urlencoded.
func FormEscape(text string) string {
	var to strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("*-._", c) >= 0:
			to.WriteByte(c)
		case c == ' ':
			to.WriteByte('+')
		default:
			writeEscaped(&to, c)
		}
	}
	return to.String()
}

// escape percent-encodes control characters, everything outside ASCII, and the given characters.
func escape(text, more string) string {
	var to strings.Builder
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || strings.IndexByte(more, c) >= 0 {
			writeEscaped(&to, c)
		} else {
			to.WriteByte(c)
		}
	}
	return to.String()
}

func writeEscaped(to *strings.Builder, c byte) {
	const hex = "0123456789ABCDEF"
	to.Write([]byte{'%', hex[c>>4], hex[c&15]})
}
