package api_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
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

// Each model limits what an order may ask for.
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
