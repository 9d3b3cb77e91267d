package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

// The existing frontend distinguishes sign-in errors by their messages, and shows a 429 as temporary.
func TestWordsThatTheFrontendReads(t *testing.T) {
	site := apitest.New(t)
	ada := site.Browser()
	ada.Headers["CF-Connecting-IP"] = "203.0.113.1"
	ada.SignUp("Ada")
	says := func(response apitest.Answer) string { return strings.ToLower(response.JSON["message"].(string)) }

	taken := ada.Post("/api/auth/sign-up/email", map[string]any{"name": "Ada", "email": "ada@example.test", "password": apitest.Password})
	assert.Contains(t, says(taken), "already")
	assert.Contains(t, says(taken), "exist")
	for _, email := range []string{"ada@example.test", "nobody@example.test"} {
		wrong := ada.Post("/api/auth/sign-in/email", map[string]any{"email": email, "password": "wrong"})
		assert.Contains(t, says(wrong), "invalid")
		assert.Contains(t, says(wrong), "password")
	}
	ada.SignIn("Ada")
	assert.Equal(t, http.StatusTooManyRequests, ada.SignIn("Ada").Code)
}

// The parts of a generation and of the history that the existing frontend reads.
func TestFieldsThatTheFrontendReads(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	response := ada.do(http.MethodPost, textRoute, `{"prompt":"p","parameters":{"n":1,"size":"1472*1140","prompt_extend":true,"watermark":false}}`)
	require.Equal(t, http.StatusOK, response.Code, response.Body)
	made := decode[struct {
		GenerationID string
		Credits      map[string]int64
		Output       struct{ Images []struct{ URL string } }
	}](t, response)
	assert.Equal(t, map[string]int64{"productShoots": 4, "adGraphics": 5}, made.Credits)
	assert.Equal(t, "https://images.example.test/0.png?Expires=1", made.Output.Images[0].URL)
	assert.Contains(t, s.Images.Bodies[0], `"size":"1472*1104"`, "it offers a size that was never one")

	page := decode[struct {
		Items      []struct{ ID, CreatedAt, AssetURL string }
		Pagination struct{ Total int }
	}](t, ada.get("/api/history"))
	assert.Equal(t, 1, page.Pagination.Total)
	_, err := time.Parse(time.RFC3339, page.Items[0].CreatedAt)
	require.NoError(t, err)
	source, err := url.Parse(page.Items[0].AssetURL)
	require.NoError(t, err)
	assert.Equal(t, apitest.PublicURL, source.Scheme+"://"+source.Host)
	image := ada.get(source.Path)
	assert.Equal(t, http.StatusOK, image.Code)
	assert.Equal(t, "image/png", image.Header().Get("Content-Type"))

	deleted := decode[struct{ ID string }](t, ada.do(http.MethodDelete, "/api/history/"+made.GenerationID, ""))
	assert.Equal(t, made.GenerationID, deleted.ID)
	s.SQL("UPDATE user_profile SET credits_product_shoots = 0")
	assert.Equal(t, "OUT_OF_CREDITS", failure(t, ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`)))
}
