package auth

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/addreams/addreams/app/js"
)

// Jar is the cookies of one request: those that came, and those that the response sets.
type Jar struct {
	format cookieFormat
	sent   []sentCookie
	set    []setCookie
}

type setCookie struct{ name, line string }

func (f cookieFormat) jar(header http.Header) *Jar {
	return &Jar{format: f, sent: f.parseCookies(header["Cookie"])}
}

// Lines returns the Set-Cookie headers, one a name.
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

// signed returns the value of a signed cookie; false if there is none, or it is not signed by us.
func (j *Jar) signed(name string) (string, bool) {
	value, found := j.value(name)
	if !found {
		return "", false
	}
	return j.format.unsign(js.DecodeURIComponent(value))
}

// put sets a cookie. What was set for the name before is replaced.
func (j *Jar) put(name, value string, life time.Duration) {
	j.set = slices.DeleteFunc(j.set, func(c setCookie) bool { return c.name == name })
	j.set = append(j.set, setCookie{name, j.format.line(name, value, life)})
}

func (j *Jar) putSigned(name, value string, life time.Duration) {
	j.put(name, j.format.sign(value), life)
}

func (j *Jar) remove(name string) { j.put(name, "", 0) }

// A longer session cache than a cookie may be is split into chunks with numbered names.
const (
	// maxCookie is the longest name and value, in bytes, of a cookie that browsers keep (RFC 6265bis §5.6). better-auth
	// splits a value of more than 4,093, whatever its name; what it writes between the two is lost.
	maxCookie = 4096
	chunkSize = 3896
	// maxNumber is the highest number of a chunk that is looked at, ours or those of the service before.
	maxNumber = 63
	// maxChunks bounds what a cache may take of the request headers that servers accept (16 kB as a rule). A user with
	// a name as long as a book goes without.
	maxChunks = 3
)

// chunk is the number of a chunk of a cookie, from its name with prefix; false if it is another cookie.
func (j *Jar) chunk(name, of string) (int, bool) {
	number, found := strings.CutPrefix(name, j.format.prefix+of+".")
	if !found {
		return 0, false
	}
	index, err := strconv.Atoi(number)
	return index, err == nil && index >= 0 && index <= maxNumber && strconv.Itoa(index) == number
}

// chunked returns a cookie that may be split: whole if it was sent so, else its chunks, joined by number.
func (j *Jar) chunked(name string) (string, bool) {
	if value, _ := j.value(name); value != "" {
		return js.DecodeURIComponent(value), true
	}
	chunks := j.chunks(name)
	if len(chunks) == 0 {
		return "", false
	}
	slices.SortStableFunc(chunks, func(a, b numberedChunk) int { return a.number - b.number })
	var whole strings.Builder
	for _, chunk := range chunks {
		whole.WriteString(js.DecodeURIComponent(chunk.value))
	}
	return whole.String(), true
}

type numberedChunk struct {
	number int
	value  string
}

func (j *Jar) chunks(of string) []numberedChunk {
	var chunks []numberedChunk
	for _, cookie := range j.sent {
		if number, ok := j.chunk(cookie.name, of); ok {
			chunks = append(chunks, numberedChunk{number, cookie.value})
		}
	}
	return chunks
}

// putChunked sets a cookie, in chunks if it must, and deletes the chunks that the client still holds.
func (j *Jar) putChunked(name, value string, life time.Duration) {
	j.removeChunked(name)
	switch {
	case len(j.format.prefix+name)+len(value) <= maxCookie:
		j.put(name, value, life)
	case len(value) <= maxChunks*chunkSize:
		j.set = slices.DeleteFunc(j.set, func(c setCookie) bool { return c.name == name })
		if _, whole := j.value(name); whole {
			j.remove(name)
		}
		number := 0
		for part := range slices.Chunk([]byte(value), chunkSize) {
			j.put(name+"."+strconv.Itoa(number), string(part), life)
			number++
		}
	}
}

// removeChunked deletes a cookie, and the chunks that the client holds of it.
func (j *Jar) removeChunked(name string) {
	var removed [maxNumber + 1]bool
	for _, chunk := range j.chunks(name) {
		if !removed[chunk.number] {
			j.remove(name + "." + strconv.Itoa(chunk.number))
			removed[chunk.number] = true
		}
	}
	j.remove(name)
}
