package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/addreams/addreams/app/api/apitest"
)

// Paths are matched to the letter.
func TestDoubledSlashes(t *testing.T) {
	ada := apitest.New(t).Browser()
	ada.SignUp("Ada")
	for _, path := range []string{
		"/api//health", "/api/health//", "//api/health", "/api/history//", "/api/history//x", "/api/history/x//asset", "/api//history", "/api/auth//ok",
		"/api/auth/reset-password//x", "/api/workflows//image-from-text",
	} {
		response := ada.Get(path)
		assert.Equal(t, http.StatusNotFound, response.Code, path)
		assert.Equal(t, `{"error":"Not found"}`, response.Body.String(), path)
	}
	assert.Equal(t, http.StatusUnauthorized, ada.World.Browser().Post("/api/workflows//image-from-text", map[string]any{}).Code)
}
