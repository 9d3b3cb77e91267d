package auth

import (
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/js"
)

const testSecret = "contract-test-secret"

// signedByNode is what better-auth's code makes of the value Zk3abc under testSecret.
const signedByNode = "Zk3abc.CpjvyBzKqPsnzfYuqa%2BuY8ZA6GGvT7nuxRipAVeOyOo%3D"

func TestSign(t *testing.T) {
	format := newCookieFormat("http://localhost", testSecret)
	assert.Equal(t, signedByNode, format.sign("Zk3abc"))
}

func TestReadSignedCookie(t *testing.T) {
	decoded := js.DecodeURIComponent(signedByNode)
	cases := map[string]struct {
		header []string
		ok     bool
	}{
		"as we set it":           {[]string{stateCookie + "=" + signedByNode}, true},
		"not percent-encoded":    {[]string{stateCookie + "=" + decoded}, true},
		"quoted":                 {[]string{stateCookie + `="` + signedByNode + `"`}, true},
		"among others":           {[]string{"a=1; novalue; " + stateCookie + " = " + signedByNode + " ;b=2"}, true},
		"in a second header":     {[]string{"a=1", stateCookie + "=" + signedByNode}, true},
		"the first one counts":   {[]string{stateCookie + "=x; " + stateCookie + "=" + signedByNode}, false},
		"with a prefix":          {[]string{"__Secure-" + stateCookie + "=" + signedByNode}, false},
		"other signature":        {[]string{stateCookie + "=Zk3abd" + signedByNode[6:]}, false},
		"signature cut":          {[]string{stateCookie + "=" + signedByNode[:len(signedByNode)-3]}, false},
		"no signature":           {[]string{stateCookie + "=Zk3abc"}, false},
		"signature alone":        {[]string{stateCookie + "=." + signedByNode[7:]}, false},
		"empty":                  {[]string{stateCookie + "="}, false},
		"percent signs gone bad": {[]string{stateCookie + "=" + signedByNode + "%zz"}, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			jar := newCookieFormat("http://localhost", testSecret).jar(http.Header{"Cookie": tc.header})
			value, ok := jar.signed(stateCookie)
			assert.Equal(t, tc.ok, ok)
			if tc.ok {
				assert.Equal(t, "Zk3abc", value)
			}
		})
	}
}

func TestChunksAreJoinedByNumber(t *testing.T) {
	format := newCookieFormat("http://localhost", testSecret)
	jar := format.jar(http.Header{"Cookie": {cacheCookie + ".10=c; " + cacheCookie + ".2=b; " + cacheCookie + ".0=a; " + cacheCookie + ".x=z; " + cacheCookie + ".01=z"}})
	value, sent := jar.chunked(cacheCookie)
	assert.True(t, sent)
	assert.Equal(t, "abc", value)
	jar.putChunked(cacheCookie, "new", cacheLife)
	assert.Len(t, jar.Lines(), 4, "the stale chunks are deleted")
}

func TestChunkedCookieComesBack(t *testing.T) {
	format := newCookieFormat("https://localhost", testSecret)
	whole := maxCookie - len(format.prefix+cacheCookie)
	for _, length := range []int{1, whole, whole + 1, 4093, 4094, maxChunks * chunkSize} {
		value := strings.Repeat("v", length)
		jar := format.jar(http.Header{"Cookie": {format.prefix + cacheCookie + "=old"}})
		jar.putChunked(cacheCookie, value, cacheLife)
		var header []string
		for _, line := range jar.Lines() {
			pair, attributes, _ := strings.Cut(line, ";")
			name, value, _ := strings.Cut(pair, "=")
			require.LessOrEqual(t, len(name)+len(value), 4096, "a browser keeps it")
			if !strings.Contains(attributes, "Max-Age=0") {
				header = append(header, pair)
			}
		}
		read, sent := format.jar(http.Header{"Cookie": {strings.Join(header, "; ")}}).chunked(cacheCookie)
		assert.True(t, sent)
		assert.Equal(t, value, read)
	}
}

// What is signed comes back, whatever it is.
func TestSignedValuesComeBack(t *testing.T) {
	format := newCookieFormat("http://localhost", testSecret)
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringN(1, 50, -1).Filter(utf8.ValidString).Draw(t, "value")
		jar := format.jar(http.Header{"Cookie": {stateCookie + "=" + format.sign(value)}})
		read, ok := jar.signed(stateCookie)
		if !ok || read != value {
			t.Fatalf("%q came back as %q, %v", value, read, ok)
		}
	})
}

// Whatever stands in the header, nothing is taken for ours that is not, and what we answer is a header. The header's text
// comes back as a signed value too.
func FuzzCookies(f *testing.F) {
	f.Add(stateCookie + "=" + signedByNode)
	f.Add(`a=1; ;=; b="; ` + stateCookie + "=%zz.%")
	f.Add(cacheCookie + ".0=a; " + cacheCookie + ".99999999999999999999=b; " + cacheCookie + ".-1=c")
	format := newCookieFormat("http://localhost", testSecret)
	f.Fuzz(func(t *testing.T, header string) {
		jar := format.jar(http.Header{"Cookie": {header}})
		value, ok := jar.signed(stateCookie)
		if ok && js.DecodeURIComponent(format.sign(value)) == "" {
			t.Fatal("a good signature on nothing")
		}
		if ok && value != "Zk3abc" {
			t.Fatalf("forged: %q", value)
		}
		again, ok := format.unsign(js.DecodeURIComponent(format.sign(header)))
		if utf8.ValidString(header) && (again != header || ok != (header != "")) {
			t.Fatalf("%q was signed, and came back as %q", header, again)
		}
		jar.chunked(cacheCookie)
		jar.putChunked(cacheCookie, "x", cacheLife)
		for _, line := range jar.Lines() {
			if strings.ContainsAny(line, "\r\n") {
				t.Fatalf("a header line breaks: %q", line)
			}
		}
	})
}
