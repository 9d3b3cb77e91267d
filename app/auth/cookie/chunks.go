package cookie

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/addreams/addreams/app/js"
)

// A longer session cache than a cookie may be is split into chunks with numbered names.
const (
	// maxCookie is the longest name and value, in bytes, of a cookie that browsers keep (RFC 6265bis §5.6). better-auth
	// splits a value of more than 4,093, whatever its name; what it writes between the two is lost.
	maxCookie = 4096
	chunkSize = 3896
	// maxNumber is the highest number of a chunk that is looked at, ours or those of the service before.
	maxNumber = 63
	// maxChunks bounds what a cache may take of the request headers that servers accept (16 kB as a rule). A user with
	// a name as long as a book has no cache.
	maxChunks = 3
)

// chunk is a part of a cookie.
type chunk struct {
	number int
	value  string
}

// chunks returns the chunks of a cookie that the client sent, in the order in which it sent them.
func (j *Jar) chunks(name string) []chunk {
	var chunks []chunk
	for _, cookie := range j.sent {
		if number, ok := j.chunkNumber(cookie.name, name); ok {
			chunks = append(chunks, chunk{number, cookie.value})
		}
	}
	return chunks
}

// chunkNumber is the number of a chunk of a cookie, from its name with prefix; false if it is another cookie.
func (j *Jar) chunkNumber(name, of string) (int, bool) {
	text, found := strings.CutPrefix(name, j.format.prefix+of+".")
	if !found {
		return 0, false
	}
	number, err := strconv.Atoi(text)
	return number, err == nil && number >= 0 && number <= maxNumber && strconv.Itoa(number) == text
}

// Cache returns the session cache: whole if it was sent so, else its chunks, joined by number; false if there is none.
func (j *Jar) Cache() (string, bool) {
	if value, _ := j.value(CacheName); value != "" {
		return js.DecodeURIComponent(value), true
	}
	chunks := j.chunks(CacheName)
	if len(chunks) == 0 {
		return "", false
	}

	slices.SortStableFunc(chunks, func(a, b chunk) int { return a.number - b.number })
	var whole strings.Builder
	for _, part := range chunks {
		whole.WriteString(js.DecodeURIComponent(part.value))
	}
	return whole.String(), true
}

// PutCache sets the session cache, in chunks if it must, and deletes the chunks that the client still has. A cache that
// is too long for that is not set.
func (j *Jar) PutCache(value string, life time.Duration) {
	j.RemoveCache()
	switch {
	case len(j.format.prefix+CacheName)+len(value) <= maxCookie:
		j.put(CacheName, value, life)
	case len(value) <= maxChunks*chunkSize:
		j.unset(CacheName)
		if _, whole := j.value(CacheName); whole {
			j.Remove(CacheName)
		}
		number := 0
		for part := range slices.Chunk([]byte(value), chunkSize) {
			j.put(CacheName+"."+strconv.Itoa(number), string(part), life)
			number++
		}
	}
}

// RemoveCache deletes the session cache, and the chunks that the client has of it.
func (j *Jar) RemoveCache() {
	var removed [maxNumber + 1]bool
	for _, part := range j.chunks(CacheName) {
		if !removed[part.number] {
			j.Remove(CacheName + "." + strconv.Itoa(part.number))
			removed[part.number] = true
		}
	}
	j.Remove(CacheName)
}
