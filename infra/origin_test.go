package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// origins are values of trustedOrigins, with how each is right; "" if it is right as it is, "-" if nobody can tell.
var origins = map[string]string{
	"https://app.example.com":           "",
	"https://app.example.com:8443":      "",
	"https://xn--bcher-kva.example":     "",
	"https://192.0.2.7":                 "",
	"https://[2001:db8::7]:8443":        "",
	"http://localhost":                  "",
	"http://localhost:5173":             "",
	"http://app.localhost:5173":         "",
	"http://127.0.0.1:5173":             "",
	"http://127.9.9.9":                  "",
	"http://[::1]:5173":                 "",
	"https://app.example.com/":          "https://app.example.com",
	"https://app.example.com/path":      "https://app.example.com",
	"https://app.example.com#top":       "https://app.example.com",
	"https://App.Example.COM":           "https://app.example.com",
	"HTTPS://app.example.com":           "https://app.example.com",
	"https://app.example.com:443":       "https://app.example.com",
	"https://app.example.com:":          "https://app.example.com",
	"https://app.example.com:08443":     "https://app.example.com:8443",
	"http://localhost:80":               "http://localhost",
	"https://bücher.example":            "https://xn--bcher-kva.example",
	"https://BÜCHER.example":            "https://xn--bcher-kva.example",
	"https://例え.jp":                     "https://xn--r8jz45g.jp",
	"https://user@app.example.com":      "https://app.example.com",
	"https://user:pw@app.example.com":   "https://app.example.com",
	"https:app.example.com":             "https://app.example.com",
	"https:///app.example.com":          "https://app.example.com",
	`https:\\app.example.com`:           "https://app.example.com",
	"https://0x7f.1":                    "https://127.0.0.1",
	"https://[2001:DB8::7]":             "https://[2001:db8::7]",
	"https://[2001:db8:0:0:0:0:0:7]":    "https://[2001:db8::7]",
	"https://app.example.com%2e":        "https://app.example.com.",
	"http://app.example.com":            "https://app.example.com",
	"http://192.168.1.5:5173":           "https://192.168.1.5:5173",
	"http://localhost.example.com":      "https://localhost.example.com",
	"https://*.example.com":             "-",
	"https://app-?.example.com":         "-",
	"*":                                 "-",
	"*.example.com":                     "-",
	"null":                              "-",
	"app.example.com":                   "-",
	"//app.example.com":                 "-",
	"app.example.com:443":               "-",
	"ftp://app.example.com":             "-",
	"file://":                           "-",
	"myapp://":                          "-",
	"https://":                          "-",
	"https://app.example.com:65536":     "-",
	"https://app.example.com:port":      "-",
	"https://[::1":                      "-",
	"https://a b.example":               "-",
	"https://256.256.256.256":           "-",
	"https://a.example https://b.test":  "https://a.example,https://b.test",
	"https://a.example;https://b.test":  "https://a.example,https://b.test",
	"https://a.example\nhttps://b.test": "https://a.example,https://b.test",
}

func TestTrustedOrigins(t *testing.T) {
	for origin, right := range origins {
		t.Run(origin, func(t *testing.T) {
			_, err := declareStack(t, "dev", complete(t, "dev").with("trustedOrigins", "https://www.example.com, "+origin))

			if right == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "trustedOrigins holds ")
			if right != "-" {
				assert.ErrorContains(t, err, "pulumi config set addreams:trustedOrigins https://www.example.com,"+right)
			}
		})
	}
}

// TestPublicURL tries the same on the API's own origin, which is one, and https unless the stack is local.
func TestPublicURL(t *testing.T) {
	for origin, right := range origins {
		t.Run(origin, func(t *testing.T) {
			_, err := declareStack(t, local, complete(t, local).with("publicUrl", origin))
			if right == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, "publicUrl is ")
			}
		})
	}

	_, err := declareStack(t, "dev", complete(t, "dev").with("publicUrl", "http://localhost:8787"))
	require.ErrorContains(t, err, "publicUrl is not https")
}

func TestPublicURLIsOne(t *testing.T) {
	for _, value := range []string{
		"https://api.example.com,https://app.example.com", "https://API.example.com/, https://app.example.com",
		"https://api.example.com https://app.example.com", "https://api.example.com;https://app.example.com",
	} {
		_, err := declareStack(t, "dev", complete(t, "dev").with("publicUrl", value))

		require.ErrorContains(t, err, "which is more than one origin", value)
		assert.Regexp(t, `pulumi config set addreams:publicUrl https://api\.example\.com(\n|$)`, err.Error(), value)
	}
}

func TestPublicURLUnderWorkersDev(t *testing.T) {
	cases := map[string]struct {
		url, workersDev string
		refused         bool
	}{
		"the Worker's own":            {"https://addreams-api-dev.acme.workers.dev", "true", false},
		"another Worker's":            {"https://addreams-api.acme.workers.dev", "true", true},
		"the account's":               {"https://acme.workers.dev", "true", true},
		"switched off":                {"https://addreams-api-dev.acme.workers.dev", "false", true},
		"a domain that ends likewise": {"https://api.notworkers.dev", "true", false},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			_, err := declareStack(t, "dev", complete(t, "dev").with("publicUrl", tc.url).with("workersDev", tc.workersDev))

			if !tc.refused {
				require.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, "pulumi config set addreams:publicUrl https://addreams-api-dev.<subdomain>.workers.dev")
		})
	}
}
