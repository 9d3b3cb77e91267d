package whatwg

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The expected values in the tables are what Node's URL returns.

func TestOrigin(t *testing.T) {
	cases := map[string]string{
		"http://a.test": "http://a.test", "HTTP://A.Test:80/x": "http://a.test", "https://a.test:0443": "https://a.test",
		"https://a.test:80": "https://a.test:80", "http://a.test:": "http://a.test", "http:a.test": "http://a.test",
		`http:\\a.test\x`: "http://a.test", "https:///a.test": "https://a.test", "\thttps://a.test\n": "https://a.test",
		"ht\ntp://a.t\test": "http://a.test", "http://u:p@a.test": "http://a.test", "http://b.test@a.test": "http://a.test",
		`http://a.test\@b.test`: "http://a.test", "http://ü.test": "http://xn--tda.test", "http://a%2etest": "http://a.test",
		"http://a。test": "http://a.test", "http://0x7f.1": "http://127.0.0.1", "http://１.２.３.４": "http://1.2.3.4",
		"http://256": "http://0.0.1.0", "http://[::0:1]:8080": "http://[::1]:8080", "http://[::ffff:1.2.3.4]": "http://[::ffff:102:304]",
		"http://a..b.": "http://a..b.", "http://a.test?x": "http://a.test", "http://a.test#x": "http://a.test",
	}

	for text, want := range cases {
		parsed, ok := Parse(text)
		if assert.True(t, ok, text) {
			assert.Equal(t, want, parsed.Origin(), text)
		}
	}
}

func TestNoURL(t *testing.T) {
	for _, text := range []string{
		"", "http", "http:", "https:///", "//a.test", "/a", "ftp://a.test", "javascript:alert(1)", "http\u017f://a.test", "http://a b.test",
		"http://%zz.test", "http://a%00.test", "http://a.test:65536", "http://a.test:8a", "http://a.test:-1", "http://a.test:1:2",
		"http://[::1", "http://[::g]", "http://[1.2.3.4]", "http://1.2.3.256", "http://09", "http://4294967296", "http://u@", "http://:80", "http://a^b",
	} {
		_, ok := Parse(text)
		assert.False(t, ok, text)
	}
}

func TestFormDecode(t *testing.T) {
	for text, want := range map[string]string{"": "", "a+b%20c": "a b c", "%31%zz%": "1%zz%", "%C3%BC%ff": "ü\ufffd"} {
		assert.Equal(t, want, FormDecode(text), text)
	}
}

func TestWithParameter(t *testing.T) {
	cases := map[string]string{
		"HTTP://A.Test":                          "http://a.test/?token=t+k",
		"http://a.test/x?":                       "http://a.test/x?token=t+k",
		"http://a.test?b=2&a=1#f":                "http://a.test/?b=2&a=1&token=t+k#f",
		"http://a.test?token=1&a=+%20%zz&token=": "http://a.test/?token=t+k&a=++%25zz",
		"http://a.test?a&&=&%ff;b":               "http://a.test/?a=&=&%EF%BF%BD%3Bb=&token=t+k",
		"http://a.test/b/../c/./%2E%2e/d/..":     "http://a.test/?token=t+k",
		`http://a.test/b\c//d e/ü/%zz"<>{}`:      "http://a.test/b/c//d%20e/%C3%BC/%zz%22%3C%3E%7B%7D?token=t+k",
		"http://a.test/#\"<>` ü":                 "http://a.test/?token=t+k#%22%3C%3E%60%20%C3%BC",
		"http://u:p:q@a.test":                    "http://u:p%3Aq@a.test/?token=t+k",
		"http://u@@a.test":                       "http://u%40@a.test/?token=t+k",
		"http://:@a.test":                        "http://a.test/?token=t+k",
	}

	for text, want := range cases {
		parsed, ok := Parse(text)
		require.True(t, ok, text)
		assert.Equal(t, want, parsed.WithParameter("token", "t k"), text)
	}
}
