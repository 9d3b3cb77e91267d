package api_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

// A picture that the model does not take is refused before it costs anything, whatever its label says.
func TestUnfitReferenceCostsNothing(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	const heic, text = "AAAAIGZ0eXBoZWljAAAAAG1pZjFoZWlj", "bm90IGEgcGljdHVyZQ=="

	for _, picture := range []string{"png;base64," + heic, "heic;base64," + heic, "jpeg;base64," + heic, "png;base64," + text} {
		response := ada.do(http.MethodPost, referenceRoute, `{"prompt":"p","referenceImageUrl":"data:image/`+picture+`"}`)
		assert.Equal(t, http.StatusBadRequest, response.Code, picture)
		assert.Equal(t, "INVALID_REQUEST", failure(t, response))
		assert.Contains(t, response.Body.String(), "JPEG, PNG, BMP, TIFF, WEBP or GIF")
	}
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
	assert.Empty(t, s.SQL("SELECT 1 FROM generation"))
	assert.Empty(t, s.Images.Bodies)
	assert.Empty(t, s.Bucket.Objects)
}

// The bytes of a reference decide under which type it is stored.
func TestReferenceIsKeptAsWhatItIs(t *testing.T) {
	cases := map[string]struct{ url, key, stored string }{
		"a gif as png":         {"data:image/png;base64,R0lGODlhAQABAAAAACw=", "reference.gif", "image/gif"},
		"a apitest.PNG as svg": {"data:image/svg+xml;base64,iVBORw0KGgo=", "reference.png", "image/png"},
		"a bmp as x":           {"data:image/x;base64,Qk02AAAA", "reference.bmp", "image/bmp"},
		"anything as jpeg":     {"data:image/jpeg;base64,AAAAAAAA", "reference.bin", "application/octet-stream"},
		"broken base64":        {"data:image/png;base64,AAAAA", "reference.bin", ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t)
			ada := signUp(s, "ada")
			response := ada.do(http.MethodPost, referenceRoute, `{"prompt":"p","referenceImageUrl":"`+tc.url+`"}`)
			require.Equal(t, http.StatusOK, response.Code, response.Body)

			key := s.SQL("SELECT json_extract(input_json, '$.referenceKey') FROM generation")[0].Text(0)
			assert.Contains(t, key, "/"+tc.key)
			assert.Equal(t, tc.stored, s.Bucket.Objects[key])
		})
	}
}

// Images of hosts that are not allowed are neither fetched nor passed on: the order fails, and costs nothing.
func TestImagesOfOtherHosts(t *testing.T) {
	cases := map[string]struct{ hosts, image string }{
		"not https":       {"", "http://images.example.test/0.png"},
		"loopback":        {"", "https://127.0.0.1/0.png"},
		"a private name":  {"", "https://metadata.google.internal/0.png"},
		"another port":    {"", "https://images.example.test:8443/0.png"},
		"no URL":          {"", "iVBORw0KGgo="},
		"not in the list": {"aliyuncs.com", "https://images.example.test/0.png"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t)
			s.Env[binding.QwenImageHosts] = tc.hosts
			s.Start()
			s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprintf(w, `{"output":{"choices":[{"message":{"content":[{"image":%q}]}}]}}`, tc.image)
			}
			ada := signUp(s, "ada")
			response := ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`)

			assert.Equal(t, "UPSTREAM_MALFORMED_RESPONSE", failure(t, response))
			assert.NotContains(t, response.Body.String(), "0.png")
			assert.Equal(t, [2]int64{5, 5}, ada.balance())
			assert.Empty(t, s.Images.Fetched)
			s.Later(time.Hour)
			sweep(s)
			assert.Empty(t, s.Images.Fetched)
		})
	}
}

func TestImagesOfListedHosts(t *testing.T) {
	s := apitest.New(t)
	s.Env[binding.QwenImageHosts] = "aliyuncs.com, example.test"
	s.Start()
	signUp(s, "ada").generate()
	assert.Len(t, s.Bucket.Objects, 1)
}

// A row that is older than the rule may contain any address.
func TestLateCopiesOfOtherHosts(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	s.Images.Image = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }
	ada.generate()
	asked := len(s.Images.Fetched)
	s.SQL("UPDATE generation_asset SET source_url = 'http://127.0.0.1/a.png'")
	s.Later(time.Hour)
	sweep(s)
	assert.Len(t, s.Images.Fetched, asked)
	assert.Len(t, s.SQL("SELECT 1 FROM generation_asset WHERE attempts = 4"), 1, "it was tried, and not sent anywhere")
}

func TestImageRedirectsAreNotFollowed(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	s.Images.Image = func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://elsewhere.example.test/0.png", http.StatusFound)
	}
	ada.generate()
	assert.Len(t, s.Images.Fetched, 3, "tried three times")
	for _, image := range s.Images.Fetched {
		assert.Equal(t, "https://images.example.test/0.png?Expires=1", image)
	}
	assert.Empty(t, s.Bucket.Objects)
}
