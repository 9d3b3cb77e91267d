package studio

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestImageHosts(t *testing.T) {
	refused := []string{
		"", "x", "/a.png", "//a.example/a.png", "http://a.example.com/a.png", "ftp://a.example.com/a.png", "data:image/png;base64,AA==", "javascript:alert(1)",
		"https://127.0.0.1/a.png", "https://127.1/", "https://0x7f.1/", "https://2130706433/", "https://10.0.0.1/", "https://169.254.169.254/latest",
		"https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fd00::1]/", "https://8.8.8.8/", "https://localhost/", "https://a.localhost/", "https://LOCALHOST/",
		"https://printer/", "https://printer.local/", "https://db.internal/", "https://metadata.google.internal/", "https://nas.home.arpa/", "https://a.lan/",
		"https://user@a.example.com/", "https://user:pw@a.example.com/", "https://a.example.com@127.0.0.1/", "https://a.example.com:8443/", "https://a.example.com:80/",
		"https://a.example.com./", "https:a.example.com", "https:///a.example.com/", `https://a.example.com\@127.0.0.1/`, `https:\\a.example.com\`, "https://a.example.com\t.evil.test/",
		"https://a.exa\nmple.com/", "https://１２７.0.0.1/", "https://%31%32%37.0.0.1/", "https://ⓛocalhost/", "https://a b.example.com/", "https://",
	}
	for _, list := range []string{"", "example.com", "http://127.0.0.1:8790"} {
		for _, address := range refused {
			assert.Error(t, ParseImageHosts(list).Check(address), "%q with %q", address, list)
		}
	}

	cases := map[string]struct {
		list, address string
		want          bool
	}{
		"any public host":           {"", "https://dashscope-result.oss.example.test/img.png?Expires=1&Signature=a%2Fb", true},
		"its own port, written":     {"", "https://a.example.com:443/a", true},
		"upper case":                {"", "HTTPS://A.Example.COM/a", true},
		"a host of the list":        {" aliyuncs.com ,example.com", "https://example.com/a", true},
		"below one":                 {"aliyuncs.com", "https://dashscope-result-sgp.oss-ap-southeast-1.aliyuncs.com/a", true},
		"one that only looks so":    {"aliyuncs.com", "https://evilaliyuncs.com/a", false},
		"one with it in front":      {"aliyuncs.com", "https://aliyuncs.com.evil.test/a", false},
		"another":                   {"aliyuncs.com", "https://a.example.com/a", false},
		"an origin of the list":     {"aliyuncs.com,http://127.0.0.1:8790", "http://127.0.0.1:8790/sandbox/a.png", true},
		"its machine, another port": {"http://127.0.0.1:8790", "http://127.0.0.1:8787/", false},
		"its port, another machine": {"http://127.0.0.1:8790", "http://127.0.0.2:8790/", false},
		"with a user name":          {"http://127.0.0.1:8790", "http://a@127.0.0.1:8790/", false},
		"only the origin counts":    {"http://127.0.0.1:8790", "https://a.example.com/", false},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			err := ParseImageHosts(tc.list).Check(tc.address)
			assert.Equal(t, tc.want, err == nil, err)
		})
	}
}
