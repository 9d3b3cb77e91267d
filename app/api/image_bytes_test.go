package api_test

import (
	"encoding/base64"
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

// The newer models count under other names, and may send the images themselves.
func TestImagesAsBytes(t *testing.T) {
	s := newStudioOf(t, "qwen-image-3.0")
	ada := signUp(s, "ada")
	image := pngOf(1024, 1024) + strings.Repeat("x", 200_000)
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"output":{"choices":[{"message":{"content":[{"image":%q},{"image":"https://images.example.test/1.png"}]}}]},
			"usage":{"output_image_count":2,"input_image_count":0,"output_width":1024,"output_height":1024,"output_image_type":"base64"}}`,
			base64.StdEncoding.EncodeToString([]byte(image)))
	}

	response := ada.do(http.MethodPost, textRoute, `{"prompt":"p","n":2}`)
	require.Equal(t, http.StatusOK, response.Code, response.Body)

	made := decode[struct {
		GenerationID string
		Output       struct{ Images []struct{ URL string } }
		Usage        json.RawMessage
	}](t, response)
	assert.JSONEq(t, `{"imageCount":2,"inputImageCount":0,"width":1024,"height":1024}`, string(made.Usage))
	path := "/api/history/" + made.GenerationID + "/assets/0"
	assert.True(t, strings.HasSuffix(made.Output.Images[0].URL, path), made.Output.Images[0].URL)
	assert.Equal(t, "https://images.example.test/1.png", made.Output.Images[1].URL)
	assert.Equal(t, image, ada.get(path).Body.String())
	assert.Less(t, len(s.SQL("SELECT output_json FROM generation")[0].Text(0)), 1000)
}

// An image that came without a URL is nowhere else: if it can't be stored, the order fails.
func TestImageAsBytesIsNotKept(t *testing.T) {
	sendBytes := func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"output":{"choices":[{"message":{"content":[{"image":%q}]}}]}}`, base64.StdEncoding.EncodeToString([]byte(apitest.PNG)))
	}
	t.Run("the bucket fails", func(t *testing.T) {
		s := newStudioOf(t, "qwen-image-3.0")
		s.Images.Answer = sendBytes
		s.Bucket.Fail = func(string) error { return io.ErrClosedPipe }
		ada := signUp(s, "ada")

		response := ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`)

		assert.Equal(t, http.StatusInternalServerError, response.Code)
		assert.Contains(t, response.Body.String(), "The image could not be stored. The credit was returned.")
		assert.Equal(t, [2]int64{5, 5}, ada.balance())
	})
	t.Run("there is no bucket", func(t *testing.T) {
		s := apitest.New(t, withoutBucket)
		s.Images.Answer = sendBytes
		ada := signUp(s, "ada")

		assert.Equal(t, http.StatusInternalServerError, ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`).Code)
		assert.Equal(t, [2]int64{5, 5}, ada.balance())
	})
}
