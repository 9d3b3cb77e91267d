package auth

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCheckURL(t *testing.T) {
	s := New(Config{BaseURL: "https://api.example.test", Secret: "contract-test-secret", Origins: []string{
		"http://localhost:5173", "https://*.preview.test", "*.host.test", "myapp://",
	}}, nil, nil, nil, nil)
	cases := map[string]bool{
		"": true, "/": true, "/studio": true, "/a?b=c&d=%20": true, "/a/b.c-d_e+f@g": true,
		"https://api.example.test/x": true, "http://localhost:5173/studio?tab=1#top": true, "HTTP://LOCALHOST:5173": true,
		"https://api.example.test:443/x": true, "https://pr-1.preview.test/x": true, "https://a.host.test": true, "http://a.b.host.test": true,
		"myapp://callback": true,

		"studio": false, "//evil.test": false, `/\evil.test`: false, "/%2fevil.test": false, "/%5cevil.test": false, "/a#b": false, "/a?b?c": false, "/a b": false,
		"https://evil.test": false, "http://api.example.test": false, "https://api.example.test.evil.test": false,
		"https://api.example.test@evil.test": false, `http://localhost:5173\@evil.test`: false, "http://localhost:5173\t@evil.test": false,
		"http://localhost:51730": false, "https://preview.test": false, "https://evil.test/.preview.test": false, "https://evil.test?.host.test": false,
		"javascript:alert(1)": false, "data:text/html,x": false, "other://callback": false, "https:///x": false, "http://[::1": false,
	}
	for target, want := range cases {
		assert.Equal(t, want, s.CheckURL("callbackURL", target) == nil, target)
	}
}

func TestGlob(t *testing.T) {
	cases := []struct {
		pattern, text string
		want          bool
	}{
		{"*", "", true}, {"*", "abc", true}, {"a*c", "abbbc", true}, {"a*c", "abbb", false}, {"a?c", "abc", true},
		{"a?c", "ac", false}, {"*.test", "a.b.test", true}, {"*a*b*", "xxaxxbxx", true}, {"*a*b*", "xxbxxaxx", false}, {"", "a", false},
	}
	for _, tc := range cases {
		assert.Equal(t, tc.want, glob(tc.pattern, tc.text), "%s on %s", tc.pattern, tc.text)
	}
}

func TestClientAddress(t *testing.T) {
	cases := map[string]string{
		"203.0.113.9":           "203.0.113.9",
		" 203.0.113.9 ":         "203.0.113.9",
		"::ffff:203.0.113.9":    "203.0.113.9",
		"2001:DB8:1:2:3:4:5:6":  "2001:0db8:0001:0002:0000:0000:0000:0000",
		"2001:db8::1":           "2001:0db8:0000:0000:0000:0000:0000:0000",
		"fe80::1%eth0":          "",
		"unknown":               "",
		"203.0.113.9, 10.0.0.1": "",
		"":                      "",
	}
	for header, want := range cases {
		assert.Equal(t, want, clientAddress(header), header)
	}
}
