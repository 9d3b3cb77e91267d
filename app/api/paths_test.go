package api_test

import (
	"net/http"
	"strings"
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

// A long path is answered without being looked up, and so is a long query.
func TestLongTarget(t *testing.T) {
	s := apitest.New(t)
	for _, long := range []string{"/api/" + strings.Repeat("/", 16<<10), "/api/health?" + strings.Repeat("%41=&", 4<<10), "/" + strings.Repeat("a", 16<<10)} {
		response := s.Browser().Get(long)
		assert.Equal(t, http.StatusRequestURITooLong, response.Code)
		assert.Equal(t, "URI_TOO_LONG", failure(t, response.ResponseRecorder))
	}

	assert.Equal(t, http.StatusOK, s.Browser().Get("/api/health?"+strings.Repeat("a", 16_000)).Code)
}
