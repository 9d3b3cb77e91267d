package api_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestJSONIsWrittenAsJavaScriptDoes(t *testing.T) {
	ada := newSite(t).browser()
	ada.signUp("Ada")
	cases := map[string]string{
		"<a>&/":          `<a>&/`,
		"\u2028\u2029":   "\u2028\u2029",
		`\u2028`:         `\\u2028`,
		"\ufffd":         "\ufffd",
		"\x01\b\t\"\x7f": `\u0001\b\t\"` + "\x7f",
	}
	for provider, written := range cases {
		t.Run(written, func(t *testing.T) {
			response := ada.post("/api/auth/get-access-token", map[string]any{"providerId": provider})
			assert.Contains(t, response.Body.String(), `"message":"Provider `+written+` is not supported."`)
		})
	}
}
