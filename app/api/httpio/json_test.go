package httpio_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/addreams/addreams/app/api/apitest"
)

func TestJSONIsWrittenAsJavaScriptDoes(t *testing.T) {
	ada := apitest.New(t).Browser()
	ada.SignUp("Ada")
	cases := map[string]string{
		"<a>&/":          `<a>&/`,
		"\u2028\u2029":   "\u2028\u2029",
		`\u2028`:         `\\u2028`,
		"\ufffd":         "\ufffd",
		"\x01\b\t\"\x7f": `\u0001\b\t\"` + "\x7f",
	}

	for provider, written := range cases {
		t.Run(written, func(t *testing.T) {
			response := ada.Post("/api/auth/get-access-token", map[string]any{"providerId": provider})
			assert.Contains(t, response.Body.String(), `"message":"Provider `+written+` is not supported."`)
		})
	}
}
