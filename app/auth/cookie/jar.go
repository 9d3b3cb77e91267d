package cookie

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/addreams/addreams/app/js"
)

// Jar has the cookies of one request: those that came, and those that the response sets.
type Jar struct {
	format Format
	sent   []sentCookie
	set    []setCookie
}

// sentCookie is one name and value of a Cookie header, as sent.
type sentCookie struct{ name, value string }

type setCookie struct{ name, line string }

// Jar reads the cookies of a request.
func (f Format) Jar(header http.Header) *Jar {
	return &Jar{format: f, sent: f.parse(header["Cookie"])}
}

// parse reads our cookies from Cookie headers: split at semicolons, names and values trimmed, quotes around a value
// dropped. It keeps nothing of others.
func (f Format) parse(headers []string) []sentCookie {
	ours := f.prefix + commonName
	var cookies []sentCookie
	for _, header := range headers {
		for pair := range strings.SplitSeq(header, ";") {
			name, value, found := strings.Cut(strings.TrimSpace(pair), "=")
			if !found || !strings.HasPrefix(name, ours) {
				continue
			}
			value = strings.TrimSpace(value)
			if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
				value = value[1 : len(value)-1]
			}
			cookies = append(cookies, sentCookie{strings.TrimSpace(name), value})
		}
	}

	return cookies
}

// Lines returns the Set-Cookie headers, one per name.
func (j *Jar) Lines() []string {
	lines := make([]string, len(j.set))
	for i, cookie := range j.set {
		lines[i] = cookie.line
	}
	return lines
}

// value returns a cookie's value as sent; of several with one name the first counts.
func (j *Jar) value(name string) (string, bool) {
	full := j.format.prefix + name
	for _, cookie := range j.sent {
		if cookie.name == full {
			return cookie.value, true
		}
	}
	return "", false
}

// Signed returns the value of a signed cookie; false if there is none, or it is not signed by us.
func (j *Jar) Signed(name string) (string, bool) {
	value, found := j.value(name)
	if !found {
		return "", false
	}
	return j.format.unsign(js.DecodeURIComponent(value))
}

// DontRemember reports whether the session is to end when the browser closes.
func (j *Jar) DontRemember() bool {
	value, signed := j.Signed(DontRememberName)
	return signed && value != ""
}

// PutSigned sets a cookie to a signed value.
func (j *Jar) PutSigned(name, value string, life time.Duration) {
	j.put(name, j.format.sign(value), life)
}

// put sets a cookie. It replaces what was set for the name before.
func (j *Jar) put(name, value string, life time.Duration) {
	j.unset(name)
	j.set = append(j.set, setCookie{name, j.format.line(name, value, life)})
}

func (j *Jar) unset(name string) {
	j.set = slices.DeleteFunc(j.set, func(c setCookie) bool { return c.name == name })
}

// Remove deletes a cookie.
func (j *Jar) Remove(name string) { j.put(name, "", 0) }

// RemoveSession deletes the cookies of a session.
func (j *Jar) RemoveSession() {
	j.Remove(TokenName)
	j.RemoveCache()
	j.Remove(DontRememberName)
}
