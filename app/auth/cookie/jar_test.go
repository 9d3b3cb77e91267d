package cookie

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

// signedByNode is the output of better-auth's code for the value Zk3abc under testSecret.
const signedByNode = "Zk3abc.CpjvyBzKqPsnzfYuqa%2BuY8ZA6GGvT7nuxRipAVeOyOo%3D"

func TestSign(t *testing.T) {
	format := NewFormat("http://localhost", testSecret)
	assert.Equal(t, signedByNode, format.sign("Zk3abc"))
}

func TestReadSignedCookie(t *testing.T) {
	decoded := js.DecodeURIComponent(signedByNode)
	cases := map[string]struct {
		header []string
		ok     bool
	}{
		"as we set it":           {[]string{StateName + "=" + signedByNode}, true},
		"not percent-encoded":    {[]string{StateName + "=" + decoded}, true},
		"quoted":                 {[]string{StateName + `="` + signedByNode + `"`}, true},
		"among others":           {[]string{"a=1; novalue; " + StateName + " = " + signedByNode + " ;b=2"}, true},
		"in a second header":     {[]string{"a=1", StateName + "=" + signedByNode}, true},
		"the first one counts":   {[]string{StateName + "=x; " + StateName + "=" + signedByNode}, false},
		"with a prefix":          {[]string{"__Secure-" + StateName + "=" + signedByNode}, false},
		"other signature":        {[]string{StateName + "=Zk3abd" + signedByNode[6:]}, false},
		"signature cut":          {[]string{StateName + "=" + signedByNode[:len(signedByNode)-3]}, false},
		"no signature":           {[]string{StateName + "=Zk3abc"}, false},
		"signature alone":        {[]string{StateName + "=." + signedByNode[7:]}, false},
		"empty":                  {[]string{StateName + "="}, false},
		"percent signs gone bad": {[]string{StateName + "=" + signedByNode + "%zz"}, false},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			jar := NewFormat("http://localhost", testSecret).Jar(http.Header{"Cookie": tc.header})
			value, ok := jar.Signed(StateName)
			assert.Equal(t, tc.ok, ok)
			if tc.ok {
				assert.Equal(t, "Zk3abc", value)
			}
		})
	}
}

func TestChunksAreJoinedByNumber(t *testing.T) {
	format := NewFormat("http://localhost", testSecret)
	jar := format.Jar(http.Header{"Cookie": {CacheName + ".10=c; " + CacheName + ".2=b; " + CacheName + ".0=a; " + CacheName + ".x=z; " + CacheName + ".01=z"}})
	value, sent := jar.Cache()
	assert.True(t, sent)
	assert.Equal(t, "abc", value)
	jar.PutCache("new", cacheLife)
	assert.Len(t, jar.Lines(), 4, "the stale chunks are deleted")
}

func TestChunkedCookieComesBack(t *testing.T) {
	format := NewFormat("https://localhost", testSecret)
	whole := maxCookie - len(format.prefix+CacheName)

	for _, length := range []int{1, whole, whole + 1, 4093, 4094, maxChunks * chunkSize} {
		value := strings.Repeat("v", length)
		jar := format.Jar(http.Header{"Cookie": {format.prefix + CacheName + "=old"}})
		jar.PutCache(value, cacheLife)
		var header []string
		for _, line := range jar.Lines() {
			pair, attributes, _ := strings.Cut(line, ";")
			name, value, _ := strings.Cut(pair, "=")
			require.LessOrEqual(t, len(name)+len(value), 4096, "a browser keeps it")
			if !strings.Contains(attributes, "Max-Age=0") {
				header = append(header, pair)
			}
		}

		read, sent := format.Jar(http.Header{"Cookie": {strings.Join(header, "; ")}}).Cache()

		assert.True(t, sent)
		assert.Equal(t, value, read)
	}
}

// Every signed value is read as it was written.
func TestSignedValuesComeBack(t *testing.T) {
	format := NewFormat("http://localhost", testSecret)
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringN(1, 50, -1).Filter(utf8.ValidString).Draw(t, "value")
		jar := format.Jar(http.Header{"Cookie": {StateName + "=" + format.sign(value)}})
		read, ok := jar.Signed(StateName)
		if !ok || read != value {
			t.Fatalf("%q came back as %q, %v", value, read, ok)
		}
	})
}

// Whatever the header contains, no cookie is accepted that is not ours, and the answer has valid header lines. The header's
// text can also be signed, and is read as it was written.
func FuzzCookies(f *testing.F) {
	f.Add(StateName + "=" + signedByNode)
	f.Add(`a=1; ;=; b="; ` + StateName + "=%zz.%")
	f.Add(CacheName + ".0=a; " + CacheName + ".99999999999999999999=b; " + CacheName + ".-1=c")
	format := NewFormat("http://localhost", testSecret)
	f.Fuzz(func(t *testing.T, header string) {
		jar := format.Jar(http.Header{"Cookie": {header}})
		value, ok := jar.Signed(StateName)
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
		jar.Cache()
		jar.PutCache("x", cacheLife)

		for _, line := range jar.Lines() {
			if strings.ContainsAny(line, "\r\n") {
				t.Fatalf("a header line breaks: %q", line)
			}
		}
	})
}
