package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

// orderWith returns an order with these references, in the provider's form.
func orderWith(references ...string) string {
	var parts []string
	for _, reference := range references {
		parts = append(parts, fmt.Sprintf(`{"image":%q}`, reference))
	}
	return `{"prompt":"p","input":{"messages":[{"content":[` + strings.Join(parts, ",") + `]}]}}`
}

// sentReferences returns the images of the last call of the provider.
func sentReferences(t *testing.T, s *apitest.World) []string {
	t.Helper()
	require.NotEmpty(t, s.Images.Bodies)
	var sent struct {
		Input struct {
			Messages []struct {
				Content []struct{ Image string }
			}
		}
	}

	require.NoError(t, json.Unmarshal([]byte(s.Images.Bodies[len(s.Images.Bodies)-1]), &sent))
	var images []string
	for _, part := range sent.Input.Messages[0].Content {
		if part.Image != "" {
			images = append(images, part.Image)
		}
	}

	return images
}

// Several references are sent, kept, served, and deleted with their generation.
func TestSeveralReferences(t *testing.T) {
	s := newStudioOf(t, "qwen-image-3.0")
	ada, bob := signUp(s, "ada"), signUp(s, "bob")
	pictures := []string{pngOf(512, 512), pngOf(600, 600), pngOf(700, 700)}

	response := ada.do(http.MethodPost, referenceRoute, orderWith(dataURL(pictures[0]), dataURL(pictures[1]), dataURL(pictures[0]), dataURL(pictures[2])))
	require.Equal(t, http.StatusOK, response.Code, response.Body)

	assert.Equal(t, []string{dataURL(pictures[0]), dataURL(pictures[1]), dataURL(pictures[2])}, sentReferences(t, s), "each once")
	id := decode[struct{ GenerationID string }](t, response).GenerationID
	input := decode[struct {
		Item struct {
			Input struct {
				ReferenceImage string
				MoreReferences []struct{ Image string }
			}
		}
	}](t, ada.get("/api/history/"+id)).Item.Input
	assert.True(t, strings.HasSuffix(input.ReferenceImage, "/api/history/"+id+"/reference"), input.ReferenceImage)
	require.Len(t, input.MoreReferences, 2)
	assert.True(t, strings.HasSuffix(input.MoreReferences[1].Image, "/api/history/"+id+"/references/2"), input.MoreReferences)
	for i, picture := range pictures {
		path := fmt.Sprintf("/api/history/%s/references/%d", id, i)
		assert.Equal(t, picture, ada.get(path).Body.String())
		assert.Equal(t, http.StatusNotFound, bob.get(path).Code)
	}
	for _, index := range []string{"3", "-1", "x"} {
		assert.Equal(t, http.StatusNotFound, ada.get("/api/history/"+id+"/references/"+index).Code, index)
	}

	assert.Equal(t, http.StatusOK, ada.do(http.MethodDelete, "/api/history/"+id, "").Code)
	assert.Empty(t, s.Bucket.Objects)
}

func TestTooManyReferences(t *testing.T) {
	s := newStudioOf(t, "qwen-image-3.0")
	ada := signUp(s, "ada")
	var references []string
	for i := range uint32(4) {
		references = append(references, dataURL(pngOf(512+i, 512)))
	}

	response := ada.do(http.MethodPost, referenceRoute, orderWith(references...))

	assert.Equal(t, http.StatusBadRequest, response.Code)
	assert.Contains(t, response.Body.String(), "At most 3 reference images are supported.")
}

// A failed order keeps none of its pictures.
func TestReferencesOfAFailedOrder(t *testing.T) {
	s := newStudioOf(t, "qwen-image-3.0")
	ada := signUp(s, "ada")
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) { http.Error(w, `{}`, http.StatusServiceUnavailable) }

	ada.do(http.MethodPost, referenceRoute, orderWith(dataURL(pngOf(512, 512)), dataURL(pngOf(600, 600))))

	assert.Empty(t, s.Bucket.Objects)
	assert.NotContains(t, s.SQL("SELECT input_json FROM generation")[0].Text(0), "eference")
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
}

// References are looked at before a credit is taken.
func TestReferencesAreLookedAt(t *testing.T) {
	serve := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	const damaged = "not a picture, or it is damaged"
	cases := map[string]struct {
		model, reference string
		host             http.HandlerFunc
		want             string
	}{
		"a signature alone":  {"qwen-image-3.0", dataURL(apitest.PNG[:8]), nil, damaged},
		"text":               {"qwen-image-3.0", dataURL("no picture"), nil, damaged},
		"more text":          {"qwen-image-3.0", dataURL("not a picture"), nil, "The reference image is in no format that the image models take."},
		"a drawing":          {"qwen-image-3.0", dataURL("<svg>"), nil, damaged},
		"known, not taken":   {"qwen-image-3.0", dataURL("\x00\x00\x00\x20ftypheic\x00"), nil, "The reference image is HEIC"},
		"too small":          {"wan2.7-image", dataURL(pngOf(100, 300)), nil, "The reference image has 100×300 pixels: its sides must be between 240 and 8000 pixels."},
		"too long":           {"wan2.7-image", dataURL(pngOf(300, 2500)), nil, "its sides must not differ by more than 8:1"},
		"a page at the URL":  {"qwen-image-3.0", "https://shop.example.test/shoe", serve(200, "<!doctype html>"), "The reference image is a web page"},
		"nothing at the URL": {"qwen-image-3.0", "https://shop.example.test/shoe", serve(404, ""), "The host of the reference image answered 404."},
		"elsewhere": {"qwen-image-3.0", "https://shop.example.test/shoe", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://other.example.test/", http.StatusFound)
		}, "answered 302. Redirects are not followed."},
		"too large":      {"qwen-image-3.0", "https://shop.example.test/shoe", serve(200, pngOf(512, 512)+strings.Repeat("x", 10<<20)), "larger than 10 MB"},
		"not https":      {"qwen-image-3.0", "http://shop.example.test/shoe", nil, "of the form https://host/path, of a public host"},
		"loopback":       {"qwen-image-3.0", "https://127.0.0.1/shoe", nil, "of the form https://host/path, of a public host"},
		"a private name": {"qwen-image-3.0", "https://metadata.google.internal/", nil, "of the form https://host/path, of a public host"},
		"another port":   {"qwen-image-3.0", "https://shop.example.test:8443/shoe", nil, "of the form https://host/path, of a public host"},
		"the second one": {"qwen-image-3.0", "", nil, damaged},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStudioOf(t, tc.model)
			s.Images.Image = tc.host
			ada := signUp(s, "ada")
			body := orderWith(tc.reference)
			if tc.reference == "" {
				body = orderWith(dataURL(pngOf(512, 512)), dataURL("text"))
			}

			response := ada.do(http.MethodPost, referenceRoute, body)

			status := http.StatusBadRequest
			if name == "too large" {
				status = http.StatusRequestEntityTooLarge
			}
			assert.Equal(t, status, response.Code)
			assert.Contains(t, response.Body.String(), tc.want)
			assert.Equal(t, [2]int64{5, 5}, ada.balance())
			assert.Empty(t, s.SQL("SELECT 1 FROM generation"))
			assert.Empty(t, s.Images.Bodies)
			if tc.host == nil {
				assert.Empty(t, s.Images.Fetched, "nothing is asked of it")
			}
		})
	}
}

// The provider gets what was looked at, and the history keeps it.
func TestReferenceIsFetched(t *testing.T) {
	s := newStudioOf(t, "qwen-image-3.0")
	ada := signUp(s, "ada")
	const address = "https://shop.example.test/shoe.png"
	picture := pngOf(512, 512) + strings.Repeat("x", 100_000)
	s.Images.Image = func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, picture) }

	response := ada.do(http.MethodPost, referenceRoute, orderWith(address))
	require.Equal(t, http.StatusOK, response.Code, response.Body)

	assert.Equal(t, []string{dataURL(picture)}, sentReferences(t, s))
	assert.Equal(t, address, s.Images.Fetched[0])
	id := decode[struct{ GenerationID string }](t, response).GenerationID
	assert.Equal(t, picture, ada.get("/api/history/"+id+"/reference").Body.String())
}

// Nothing is fetched for somebody who cannot pay.
func TestReferenceIsNotFetchedWithoutCredits(t *testing.T) {
	s := newStudioOf(t, "qwen-image-3.0")
	ada := signUp(s, "ada")
	s.SQL("UPDATE user_profile SET credits_ad_graphics = 0")

	response := ada.do(http.MethodPost, referenceRoute, orderWith("https://shop.example.test/shoe.png"))

	assert.Equal(t, http.StatusPaymentRequired, response.Code)
	assert.Empty(t, s.Images.Fetched)

	s.SQL("DELETE FROM user_profile")
	assert.Equal(t, http.StatusOK, ada.do(http.MethodPost, referenceRoute, orderWith("https://shop.example.test/shoe.png")).Code, "the first order makes a profile")
}

// The default models' references are passed on as the contract recorded.
func TestReferenceOfTheDefaultModelIsPassedOn(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")

	response := ada.do(http.MethodPost, referenceRoute, orderWith("http://shop.example.test/shoe.png"))

	require.Equal(t, http.StatusOK, response.Code)
	assert.Equal(t, []string{"http://shop.example.test/shoe.png"}, sentReferences(t, s))
	assert.Len(t, s.Images.Fetched, 1, "the image alone was fetched")
}
