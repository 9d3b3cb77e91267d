package api_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

// formOf returns an order as a page's form sends it, and its Content-Type.
func formOf(t *testing.T, fields map[string]string, pictures ...string) (body, contentType string) {
	t.Helper()
	var text bytes.Buffer
	form := multipart.NewWriter(&text)
	for i, picture := range pictures {
		file, err := form.CreateFormFile("image", fmt.Sprintf("%d.png", i))
		require.NoError(t, err)
		_, err = io.WriteString(file, picture)
		require.NoError(t, err)
	}
	for name, value := range fields {
		require.NoError(t, form.WriteField(name, value))
	}
	require.NoError(t, form.Close())
	return text.String(), form.FormDataContentType()
}

// Pictures are uploaded as files, and the order is carried out as any other.
func TestUploadedReferences(t *testing.T) {
	s := newStudioOf(t, "qwen-image-3.0")
	ada := signUp(s, "ada")
	pictures := []string{pngOf(512, 512), pngOf(600, 600)}
	body, contentType := formOf(t, map[string]string{"prompt": "p", "n": "1", "watermark": "true", "seed": "7"}, pictures...)

	response := ada.do(http.MethodPost, referenceRoute, body, "Content-Type", contentType, "Origin", apitest.PublicURL)

	require.Equal(t, http.StatusOK, response.Code, response.Body)
	assert.Equal(t, []string{dataURL(pictures[0]), dataURL(pictures[1])}, sentReferences(t, s))
	assert.Contains(t, s.Images.Bodies[0], `"seed":7`)
	assert.Contains(t, s.Images.Bodies[0], `"watermark":true`)
}

func TestLargeUploadedReference(t *testing.T) {
	s := newStudioOf(t, "qwen-image-3.0")
	ada := signUp(s, "ada")
	picture := pngOf(1024, 1024) + strings.Repeat("x", 7<<20)
	body, contentType := formOf(t, map[string]string{"prompt": "p"}, picture)

	response := ada.do(http.MethodPost, referenceRoute, body, "Content-Type", contentType, "Origin", apitest.PublicURL)

	require.Equal(t, http.StatusOK, response.Code, response.Body)
	assert.Equal(t, []string{dataURL(picture)}, sentReferences(t, s))
}

// A form with the same key is the same order, though its boundary differs.
func TestUploadedTwice(t *testing.T) {
	s := newStudioOf(t, "qwen-image-3.0")
	ada := signUp(s, "ada")
	order := func(prompt string) (int, string) {
		body, contentType := formOf(t, map[string]string{"prompt": prompt}, pngOf(512, 512))
		response := ada.do(http.MethodPost, referenceRoute, body, "Content-Type", contentType, "Origin", apitest.PublicURL, "Idempotency-Key", "k")
		return response.Code, response.Header().Get("Idempotent-Replayed")
	}

	first, _ := order("p")
	again, replayed := order("p")
	other, _ := order("q")

	assert.Equal(t, []int{http.StatusOK, http.StatusOK, http.StatusUnprocessableEntity}, []int{first, again, other})
	assert.Equal(t, "true", replayed)
	assert.Len(t, s.Images.Bodies, 1)
}

func TestUploadIsRefused(t *testing.T) {
	whole, ofWhole := formOf(t, map[string]string{"prompt": "p"}, pngOf(512, 512))
	none, ofNone := formOf(t, map[string]string{"prompt": "p"})
	text, ofText := formOf(t, map[string]string{"prompt": "p"}, "no picture")
	words, ofWords := formOf(t, map[string]string{"prompt": "p", "n": "two"}, pngOf(512, 512))
	both, ofBoth := formOf(t, map[string]string{"prompt": "p", "referenceImageUrl": "https://example.com/a.png"}, pngOf(512, 512))
	large, ofLarge := formOf(t, map[string]string{"prompt": "p"}, pngOf(512, 512)+strings.Repeat("x", 11<<20))
	cases := map[string]struct {
		body, contentType string
		status            int
		message           string
	}{
		"cut off":             {whole[:len(whole)-20], ofWhole, http.StatusBadRequest, "Invalid multipart/form-data payload."},
		"JSON":                {`{"prompt":"p"}`, ofWhole, http.StatusBadRequest, "Invalid multipart/form-data payload."},
		"no picture":          {none, ofNone, http.StatusBadRequest, "referenceImageUrl is required."},
		"a text":              {text, ofText, http.StatusBadRequest, ""},
		"words for a number":  {words, ofWords, http.StatusBadRequest, "n"},
		"a picture and a URL": {both, ofBoth, http.StatusBadRequest, "not both"},
		"a picture too large": {large, ofLarge, http.StatusRequestEntityTooLarge, "larger than 10 MB"},
		"no boundary":         {whole, "multipart/form-data", http.StatusBadRequest, "Invalid JSON payload."},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			s := newStudioOf(t, "qwen-image-3.0")
			ada := signUp(s, "ada")
			before := ada.balance()

			response := ada.do(http.MethodPost, referenceRoute, tc.body, "Content-Type", tc.contentType, "Origin", apitest.PublicURL)

			assert.Equal(t, tc.status, response.Code, response.Body)
			assert.Contains(t, response.Body.String(), tc.message)
			assert.Equal(t, before, ada.balance(), "nothing is charged")
			assert.Empty(t, s.Images.Bodies)
		})
	}

	s := newStudioOf(t, "qwen-image-3.0")
	response := signUp(s, "ada").do(http.MethodPost, referenceRoute, whole, "Content-Type", ofWhole, "Origin", "https://evil.test")
	assert.Equal(t, http.StatusForbidden, response.Code, "a form of another site spends nothing")
}
