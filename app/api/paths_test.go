package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Paths are matched to the letter.
func TestDoubledSlashes(t *testing.T) {
	ada := newSite(t).browser()
	ada.signUp("Ada")
	for _, path := range []string{
		"/api//health", "/api/health//", "//api/health", "/api/history//", "/api/history//x", "/api/history/x//asset", "/api//history", "/api/auth//ok",
		"/api/auth/reset-password//x", "/api/workflows//image-from-text",
	} {
		response := ada.get(path)
		assert.Equal(t, http.StatusNotFound, response.Code, path)
		assert.Equal(t, `{"error":"Not found"}`, response.Body.String(), path)
	}
	assert.Equal(t, http.StatusUnauthorized, ada.site.browser().post("/api/workflows//image-from-text", map[string]any{}).Code)
}
