package api_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

// pngOf returns the head of a picture of this size.
func pngOf(width, height uint32) string {
	head := []byte(apitest.PNG[:24])
	binary.BigEndian.PutUint32(head[16:], width)
	binary.BigEndian.PutUint32(head[20:], height)
	return string(head)
}

func dataURL(content string) string {
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString([]byte(content))
}

// newStudioOf starts a studio with the same model for both workflows.
func newStudioOf(t *testing.T, model string) *apitest.World {
	s := apitest.New(t)
	s.Env[binding.QwenImageModel], s.Env[binding.QwenImageEditModel] = model, model
	s.Start()
	return s
}

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

func TestWorkflowsAreListed(t *testing.T) {
	s := apitest.New(t)
	s.Env[binding.QwenImageModel] = "qwen-image-3.0-pro"
	s.Start()
	ada := signUp(s, "ada")

	response := ada.get("/api/workflows")

	require.Equal(t, http.StatusOK, response.Code)
	assert.JSONEq(t, `{"workflows":[
		{"workflow":"image-from-text","available":true,"cost":{"productShoots":1,"adGraphics":0},"model":{
			"provider":"qwen","name":"qwen-image-3.0-pro","timeoutSeconds":5,"maxImages":6,"maxReferences":0,
			"size":{"minPixels":262144,"maxPixels":4194304},
			"prompt":{"max":4500,"unit":"tokens"},"negativePrompt":{"max":500,"unit":"characters"},"referenceSides":null}},
		{"workflow":"image-from-reference","available":true,"cost":{"productShoots":0,"adGraphics":1},"model":{
			"provider":"qwen","name":"qwen-image-edit-max","timeoutSeconds":5,"maxImages":6,"maxReferences":1,
			"size":{"minSide":512,"maxSide":2048},
			"prompt":{"max":800,"unit":"characters"},"negativePrompt":{"max":500,"unit":"characters"},
			"referenceSides":{"advisedMin":384,"advisedMax":3072}}},
		{"workflow":"video-from-reference","available":false,"cost":{"productShoots":0,"adGraphics":1},"model":null}
	]}`, response.Body.String())
	assert.Equal(t, http.StatusUnauthorized, (&user{World: s}).get("/api/workflows").Code)

	s.Env[binding.QwenKey] = ""
	s.Start()
	assert.Contains(t, ada.get("/api/workflows").Body.String(), `"available":false`)
}

// What an order may ask for is the model's.
func TestModelsHaveTheirOwnRules(t *testing.T) {
	reference := dataURL(pngOf(512, 512))
	with := func(parameters string) string {
		return strings.Replace(orderWith(reference), `"prompt":"p"`, `"prompt":"p","parameters":`+parameters, 1)
	}
	cases := map[string]struct{ model, route, body, want string }{
		"six images from text":        {"qwen-image-2.0", textRoute, `{"prompt":"p","n":6}`, ""},
		"seven":                       {"qwen-image-2.0", textRoute, `{"prompt":"p","n":7}`, "parameters.n must be between 1 and 6."},
		"pixels in total":             {"qwen-image-3.0", textRoute, `{"prompt":"p","size":"2730*1535"}`, ""},
		"too many pixels":             {"qwen-image-3.0", textRoute, `{"prompt":"p","size":"2048*2049"}`, "parameters.size must match width*height with 262144 to 4194304 pixels in total."},
		"no pixels":                   {"qwen-image-3.0", textRoute, `{"prompt":"p","size":"0*99999999"}`, "parameters.size must match width*height with 262144 to 4194304 pixels in total."},
		"a size in words":             {"wan2.7-image-pro", textRoute, `{"prompt":"p","size":"2K"}`, ""},
		"too long a shape":            {"wan2.7-image-pro", textRoute, `{"prompt":"p","size":"9000*1000"}`, "parameters.size must match width*height with 589824 to 16777216 pixels in total, and sides that differ by at most 8:1, or be one of: 1K, 2K, 4K."},
		"the first edit model":        {"qwen-image-edit", referenceRoute, orderWith(reference), ""},
		"it makes one image":          {"qwen-image-edit", referenceRoute, with(`{"n":2}`), "parameters.n must be 1 for image-from-reference."},
		"and takes no size":           {"qwen-image-edit", referenceRoute, with(`{"size":"512*512"}`), "parameters.size is not supported by qwen-image-edit, which chooses the size itself."},
		"an unknown model":            {"sketch-9", textRoute, `{"prompt":"p","n":3,"size":"huge"}`, ""},
		"an unknown model, too much":  {"sketch-9", textRoute, `{"prompt":"p","n":7}`, "parameters.n must be between 1 and 6."},
		"a size without end":          {"sketch-9", textRoute, `{"prompt":"p","size":"` + strings.Repeat("9", 65) + `"}`, "parameters.size is too long."},
		"a size of the recorded list": {"qwen-image-plus", textRoute, `{"prompt":"p","size":"1472*1140"}`, ""},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStudioOf(t, tc.model)
			ada := signUp(s, "ada")

			response := ada.do(http.MethodPost, tc.route, tc.body)

			if tc.want == "" {
				assert.Equal(t, http.StatusOK, response.Code, response.Body)
				return
			}
			assert.Equal(t, http.StatusBadRequest, response.Code)
			assert.Contains(t, response.Body.String(), tc.want)
			assert.Equal(t, [2]int64{5, 5}, ada.balance())
		})
	}
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
		"text":               {"qwen-image-3.0", dataURL("not a picture"), nil, damaged},
		"a drawing":          {"qwen-image-3.0", dataURL("<svg>"), nil, damaged},
		"known, not taken":   {"qwen-image-3.0", dataURL("\x00\x00\x00\x20ftypheic\x00"), nil, "The reference image is HEIC"},
		"too small":          {"wan2.7-image", dataURL(pngOf(100, 300)), nil, "The reference image has 100×300 pixels: its sides must be between 240 and 8000 pixels."},
		"too long":           {"wan2.7-image", dataURL(pngOf(300, 2500)), nil, "its sides must not differ by more than 8:1"},
		"a page at the URL":  {"qwen-image-3.0", "https://shop.example.test/shoe", serve(200, "<!doctype html>"), "The reference image is a web page"},
		"nothing at the URL": {"qwen-image-3.0", "https://shop.example.test/shoe", serve(404, ""), "The host of the reference image answered 404."},
		"elsewhere":          {"qwen-image-3.0", "https://shop.example.test/shoe", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "https://other.example.test/", 302) }, "answered 302. Redirects are not followed."},
		"too large":          {"qwen-image-3.0", "https://shop.example.test/shoe", serve(200, pngOf(512, 512)+strings.Repeat("x", 10<<20)), "larger than 10 MB"},
		"not https":          {"qwen-image-3.0", "http://shop.example.test/shoe", nil, "of the form https://host/path, of a public host"},
		"loopback":           {"qwen-image-3.0", "https://127.0.0.1/shoe", nil, "of the form https://host/path, of a public host"},
		"a private name":     {"qwen-image-3.0", "https://metadata.google.internal/", nil, "of the form https://host/path, of a public host"},
		"another port":       {"qwen-image-3.0", "https://shop.example.test:8443/shoe", nil, "of the form https://host/path, of a public host"},
		"the second one":     {"qwen-image-3.0", "", nil, damaged},
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

			assert.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, response.Code)
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

// The default models' references are passed on as the contract recorded.
func TestReferenceOfTheDefaultModelIsPassedOn(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")

	response := ada.do(http.MethodPost, referenceRoute, orderWith("http://shop.example.test/shoe.png"))

	require.Equal(t, http.StatusOK, response.Code)
	assert.Equal(t, []string{"http://shop.example.test/shoe.png"}, sentReferences(t, s))
	assert.Len(t, s.Images.Fetched, 1, "the image alone was fetched")
}

func TestWarnings(t *testing.T) {
	long := strings.Repeat("word ", 4000)
	cases := map[string]struct {
		model, route, body string
		body200            string // the body's warnings
		header             string
	}{
		"nothing to say":       {"qwen-image-3.0", textRoute, `{"prompt":"p","output_format":"png"}`, "", ""},
		"a long prompt":        {"qwen-image-3.0", textRoute, `{"prompt":"` + long + `"}`, `[{"code":"PROMPT_CUT","message":"prompt is longer than the 4500 tokens that the model reads. The rest is ignored."}]`, "PROMPT_CUT"},
		"of the default model": {"", textRoute, `{"prompt":"` + long + `"}`, "", "PROMPT_CUT"},
		"800 characters":       {"", textRoute, `{"prompt":"` + strings.Repeat("ü", 800) + `"}`, "", ""},
		"and one more":         {"", textRoute, `{"prompt":"` + strings.Repeat("ü", 801) + `","negative_prompt":"` + strings.Repeat("x", 501) + `"}`, "", "PROMPT_CUT, NEGATIVE_PROMPT_CUT"},
		"a format":             {"qwen-image-3.0", textRoute, `{"prompt":"p","parameters":{"output_format":"jpg"}}`, `[{"code":"OUTPUT_FORMAT_IGNORED","message":"output_format is ignored: the images are PNG."}]`, "OUTPUT_FORMAT_IGNORED"},
		"a format of any kind": {"qwen-image-3.0", textRoute, `{"prompt":"p","output_format":{"a":1}}`, "", ""},
		"a small reference":    {"qwen-image-3.0", referenceRoute, orderWith(dataURL(pngOf(100, 512))), `[{"code":"REFERENCE_NOT_IN_ADVISED_SIZE","message":"Reference image 1 has 100×512 pixels. Images are better if its sides are between 384 and 3072."}]`, "REFERENCE_NOT_IN_ADVISED_SIZE"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := newStudioOf(t, tc.model)
			ada := signUp(s, "ada")

			response := ada.do(http.MethodPost, tc.route, tc.body)

			require.Equal(t, http.StatusOK, response.Code, response.Body)
			assert.Equal(t, tc.header, response.Header().Get("X-AdDreams-Warnings"))
			warnings := decode[struct{ Warnings json.RawMessage }](t, response).Warnings
			if tc.body200 == "" {
				assert.Empty(t, warnings)
				return
			}
			assert.JSONEq(t, tc.body200, string(warnings))
		})
	}
}

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

// Nobody else has an image that came without a URL: if it can't be kept, the order fails.
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
