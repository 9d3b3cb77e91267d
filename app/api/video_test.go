package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

const (
	videoModel  = "wan2.6-i2v"
	videoAssets = "/0.mp4" // where the provider has its video
)

// newVideoStudio starts a studio with a model of videos, and a user with 20 credits for them.
func newVideoStudio(t *testing.T, model string) (*apitest.World, *user) {
	s := apitest.New(t)
	s.Env[binding.QwenVideoModel] = model
	s.Start()
	ada := signUp(s, "ada")
	s.SQL("UPDATE user_profile SET credits_ad_graphics = 20")
	return s, ada
}

// videoOrder is an order of a video, with more members.
func videoOrder(more string) string {
	return `{"prompt":"it turns","referenceImageUrl":"` + dataURL(pngOf(512, 512)) + `"` + more + `}`
}

func (u *user) orderVideo(more string, headers ...string) string {
	u.T.Helper()
	response := u.do(http.MethodPost, videoRoute, videoOrder(more), headers...)
	require.Equal(u.T, http.StatusAccepted, response.Code, response.Body)
	return decode[struct{ GenerationID string }](u.T, response).GenerationID
}

// A video is ordered, made in a task while nobody waits, stored, and served in parts.
func TestVideo(t *testing.T) {
	s, ada := newVideoStudio(t, videoModel)
	s.Images.Task = inStates("PENDING", "RUNNING", "SUCCEEDED")

	response := ada.do(http.MethodPost, videoRoute, videoOrder(`,"duration":10,"resolution":"720P","seed":7`), "Idempotency-Key", "key")

	require.Equal(t, http.StatusAccepted, response.Code, response.Body)
	body := decode[struct {
		Workflow, Status, GenerationID string
		Credits                        map[string]int64
	}](t, response)
	assert.Equal(t, []string{"video-from-reference", "running"}, []string{body.Workflow, body.Status})
	assert.Equal(t, map[string]int64{"productShoots": 5, "adGraphics": 0}, body.Credits, "ten seconds at two credits")
	assert.Equal(t, "/api/history/"+body.GenerationID, response.Header().Get("Location"))
	assert.Empty(t, response.Header().Get("Preference-Applied"))
	assert.Equal(t, response.Body.String(), ada.order("key", videoRoute, videoOrder(`,"duration":10,"resolution":"720P","seed":7`)).Body.String())
	assert.Len(t, s.Images.Bodies, 1)
	assert.EqualValues(t, -20, s.Count("SELECT delta FROM credit_ledger"))
	assert.Zero(t, asksForTask(s), "nobody waits")

	item := func() map[string]any {
		response := ada.get("/api/history/" + body.GenerationID)
		require.Equal(t, http.StatusOK, response.Code, response.Body)
		return decode[struct{ Item map[string]any }](t, response).Item
	}
	assert.Equal(t, []any{"running", 10.0, nil}, []any{item()["status"], item()["durationSeconds"], item()["assetUrl"]})
	for range 3 {
		s.Later(5 * time.Second)
		item()
	}
	asset := "/api/history/" + body.GenerationID + "/asset"
	assert.Equal(t, []any{"succeeded", 10.0, apitest.PublicURL + asset}, []any{item()["status"], item()["durationSeconds"], item()["assetUrl"]})
	assert.Contains(t, ada.get("/api/history?workflow=video-from-reference").Body.String(), `"durationSeconds":10,"assetUrl":"`+apitest.PublicURL+asset+`"`)

	whole := ada.get(asset)
	assert.Equal(t, apitest.MP4+videoAssets, whole.Body.String())
	assert.Equal(t, "video/mp4", whole.Header().Get("Content-Type"))
	assert.Equal(t, "bytes", whole.Header().Get("Accept-Ranges"))
	kept := ada.get(asset, "If-None-Match", whole.Header().Get("ETag"))
	assert.Equal(t, http.StatusNotModified, kept.Code)
	assert.Equal(t, whole.Header().Get("Content-Security-Policy"), kept.Header().Get("Content-Security-Policy"))
	assert.Contains(t, whole.Header().Get("Content-Security-Policy"), "media-src 'self'", "for who opens it by itself")
	part := ada.get(asset, "Range", "bytes=4-7", "If-Range", whole.Header().Get("ETag"))
	assert.Equal(t, http.StatusPartialContent, part.Code)
	assert.Equal(t, []string{"ftyp", "bytes 4-7/30"}, []string{part.Body.String(), part.Header().Get("Content-Range")})
	assert.Equal(t, http.StatusOK, ada.get(asset, "Range", "bytes=4-7", "If-Range", `"another"`).Code)
	assert.Equal(t, http.StatusRequestedRangeNotSatisfiable, ada.get(asset, "Range", "bytes=30-").Code)
	assert.Equal(t, `attachment; filename="addreams-`+body.GenerationID+`.mp4"`, ada.get(asset+"?download=1").Header().Get("Content-Disposition"))
	assert.Equal(t, pngOf(512, 512), ada.get("/api/history/"+body.GenerationID+"/reference").Body.String())
	assert.Contains(t, fmt.Sprint(item()["input"]), apitest.PublicURL+"/api/history/"+body.GenerationID+"/reference")

	assert.Equal(t, http.StatusOK, ada.do(http.MethodDelete, "/api/history/"+body.GenerationID, "").Code)
	assert.Zero(t, s.Bucket.Len())
	assert.Equal(t, [2]int64{5, 0}, ada.balance(), "what was made is paid")
}

// The provider gets the picture in the order itself, in the form of the model.
func TestVideoIsAskedFor(t *testing.T) {
	for model, want := range map[string]string{
		"wan2.2-i2v-flash":   `{"model":"wan2.2-i2v-flash","input":{"prompt":"it turns","negative_prompt":"rain","img_url":"%s"},"parameters":{"resolution":"480P","duration":5,"prompt_extend":false,"watermark":true}}`,
		"wan2.7-i2v":         `{"model":"wan2.7-i2v","input":{"prompt":"it turns","negative_prompt":"rain","media":[{"type":"first_frame","url":"%s"}]},"parameters":{"resolution":"720P","duration":5,"prompt_extend":false,"watermark":true}}`,
		"wan3.0-video":       `{"model":"wan3.0-video","input":{"prompt":"it turns","negative_prompt":"rain","media":[{"type":"first_frame","url":"%s"}]},"parameters":{"resolution":"480P","duration":5,"prompt_extend":false,"watermark":true}}`,
		"happyhorse-1.1-i2v": `{"model":"happyhorse-1.1-i2v","input":{"prompt":"it turns","negative_prompt":"rain","media":[{"type":"first_frame","url":"%s"}]},"parameters":{"resolution":"720P","duration":5,"prompt_extend":false,"watermark":true}}`,
	} {
		t.Run(model, func(t *testing.T) {
			s, ada := newVideoStudio(t, model)
			var sent struct{ Parameters struct{ Resolution string } }
			require.NoError(t, json.Unmarshal([]byte(want), &sent))

			ada.orderVideo(`,"negative_prompt":"rain","prompt_extend":false,"watermark":true,"resolution":"` + sent.Parameters.Resolution + `"`)

			assert.JSONEq(t, fmt.Sprintf(want, dataURL(pngOf(512, 512))), s.Images.Bodies[0])
		})
	}
}

// A reference that was sent as a URL is fetched here, and need not be reachable for the provider.
func TestVideoOfURL(t *testing.T) {
	s, ada := newVideoStudio(t, videoModel)
	s.Images.Image = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(pngOf(512, 512))) }

	response := ada.do(http.MethodPost, videoRoute, `{"prompt":"p","referenceImageUrl":"https://photos.example.test/a.png"}`)

	require.Equal(t, http.StatusAccepted, response.Code, response.Body)
	assert.Equal(t, []string{"https://photos.example.test/a.png"}, s.Images.Fetched)
	assert.Contains(t, s.Images.Bodies[0], `"img_url":"`+dataURL(pngOf(512, 512))+`"`)
}

func TestVideoOrdersAreChecked(t *testing.T) {
	const required = "prompt and referenceImageUrl are required"
	cases := map[string]struct{ model, body, want string }{
		"no prompt":              {videoModel, `{"referenceImageUrl":"https://x.test/a.png"}`, required},
		"a blank one":            {videoModel, `{"prompt":" ","referenceImageUrl":"https://x.test/a.png","duration":"x"}`, required},
		"one of another type":    {videoModel, `{"prompt":5,"referenceImageUrl":"https://x.test/a.png"}`, required},
		"no reference":           {videoModel, `{"prompt":"p"}`, required},
		"no object":              {videoModel, `[]`, required},
		"no JSON":                {videoModel, `{`, "Invalid JSON payload"},
		"a reference of no kind": {videoModel, `{"prompt":"p","referenceImageUrl":"x"}`, "referenceImageUrl must be an http(s) URL or Base64 data URL."},
		"one that is no picture": {videoModel, `{"prompt":"p","referenceImageUrl":"` + dataURL("text") + `"}`, "The reference image is not a picture, or it is damaged. Use a JPEG, PNG, BMP, TIFF, WEBP or GIF."},
		"one too small":          {videoModel, `{"prompt":"p","referenceImageUrl":"` + dataURL(pngOf(100, 512)) + `"}`, "The reference image has 100×512 pixels: its sides must be between 240 and 8000 pixels."},
		"a duration of a list":   {videoModel, videoOrder(`,"duration":6`), "duration must be one of: 5 10 15 (seconds)."},
		"a duration in a range":  {"wan2.7-i2v", videoOrder(`,"duration":16`), "duration must be between 2 and 15 seconds."},
		"a duration as text":     {videoModel, videoOrder(`,"duration":"5"`), "duration: Invalid input: expected number, received string"},
		"half a second":          {videoModel, videoOrder(`,"duration":5.5`), "duration: Invalid input: expected int, received number"},
		"a resolution":           {videoModel, videoOrder(`,"resolution":"480P"`), "resolution must be one of: 720P, 1080P."},
		"a seed":                 {videoModel, videoOrder(`,"seed":-1`), "seed: Too small: expected number to be >=0"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s, ada := newVideoStudio(t, tc.model)

			response := ada.do(http.MethodPost, videoRoute, tc.body)

			assert.Equal(t, http.StatusBadRequest, response.Code)
			assert.JSONEq(t, fmt.Sprintf(`{"error":%q}`, tc.want), response.Body.String())
			assert.Equal(t, [2]int64{5, 20}, ada.balance())
			assert.Empty(t, s.Images.Bodies)
		})
	}
}

func TestVideoPrices(t *testing.T) {
	cases := map[string]struct {
		prices, more string
		want         int64
	}{
		"as usual":                   {"", "", 10},
		"longer":                     {"", `,"duration":10`, 20},
		"in a higher resolution":     {"", `,"resolution":"1080P"`, 20},
		"configured, per resolution": {"wan2.6-i2v:720P=3, wan2.6-i2v:1080P=9, wan2.6-i2v=1", "", 15},
		"configured, for the others": {"wan2.6-i2v:720P=3, wan2.6-i2v=1", `,"resolution":"1080P"`, 5},
		"configured, of another":     {"wan2.7-i2v:720P=3", "", 10},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s, ada := newVideoStudio(t, videoModel)
			s.Env[binding.CreditPrices] = tc.prices
			s.Start()

			ada.orderVideo(tc.more)

			assert.Equal(t, [2]int64{5, 20 - tc.want}, ada.balance())
			assert.Equal(t, -tc.want, s.Count("SELECT delta FROM credit_ledger"))
		})
	}
}

// Who cannot pay is told how much a video costs, before anything is fetched.
func TestVideoIsNotPaid(t *testing.T) {
	for name, reference := range map[string]string{"sent": dataURL(pngOf(512, 512)), "at a URL": "https://photos.example.test/a.png"} {
		t.Run(name, func(t *testing.T) {
			s, ada := newVideoStudio(t, videoModel)
			s.SQL("UPDATE user_profile SET credits_ad_graphics = 9")

			response := ada.do(http.MethodPost, videoRoute, `{"prompt":"p","referenceImageUrl":"`+reference+`"}`)

			require.Equal(t, http.StatusPaymentRequired, response.Code, response.Body)
			assert.Equal(t, "OUT_OF_CREDITS", failure(t, response))
			assert.Contains(t, response.Body.String(), `"credits":{"productShoots":5,"adGraphics":9},"cost":{"productShoots":0,"adGraphics":10}`)
			assert.Equal(t, [2]int64{5, 9}, ada.balance())
			assert.Empty(t, s.Images.Fetched)
			assert.Empty(t, s.Images.Bodies)
		})
	}
}

// A task without a video gives all its credits back, once.
func TestVideoThatFails(t *testing.T) {
	for name, end := range map[string]http.HandlerFunc{
		"failed": failingTask(), "cancelled": inStates("CANCELED"), "unknown": inStates("UNKNOWN"),
	} {
		t.Run(name, func(t *testing.T) {
			s, ada := newVideoStudio(t, videoModel)
			s.Images.Task = end
			id := ada.orderVideo("")
			assert.Equal(t, [2]int64{5, 10}, ada.balance())

			for range 2 {
				s.Later(time.Minute)
				sweep(s)
			}

			assert.Equal(t, "failed", ada.status(id))
			assert.Equal(t, [2]int64{5, 20}, ada.balance())
			assert.EqualValues(t, 10, s.Count("SELECT delta FROM credit_ledger WHERE reason = 'generation_refund'"))
			s.Later(2 * time.Hour)
			sweep(s)
			assert.Zero(t, s.Bucket.Len())
		})
	}

	s, ada := newVideoStudio(t, videoModel)
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }
	response := ada.do(http.MethodPost, videoRoute, videoOrder(""))
	assert.Equal(t, http.StatusBadGateway, response.Code, "one that does not begin")
	assert.Equal(t, [2]int64{5, 20}, ada.balance())
}

// Who deletes a video that has not begun has the credits back.
func TestDeleteRunningVideo(t *testing.T) {
	s, ada := newVideoStudio(t, videoModel)
	s.Images.Task = cancelledTask()
	id := ada.orderVideo("")

	assert.Equal(t, http.StatusOK, ada.do(http.MethodDelete, "/api/history/"+id, "").Code)

	assert.Equal(t, []string{"POST /api/v1/tasks/task-1/cancel"}, s.Images.Asked)
	assert.Equal(t, [2]int64{5, 20}, ada.balance())
}

// What is no MP4 is not stored; the history has the provider's URL as long as it lives.
func TestVideoMustBeOne(t *testing.T) {
	s, ada := newVideoStudio(t, videoModel)
	s.Images.Image = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(apitest.PNG)) }
	id := ada.orderVideo("")
	s.Later(time.Minute)
	sweep(s)

	assert.Equal(t, "succeeded", ada.status(id))
	assert.Contains(t, ada.get("/api/history/"+id).Body.String(), `"assetUrl":"https://images.example.test/0.mp4?Expires=1"`)
	assert.Equal(t, http.StatusNotFound, ada.get("/api/history/"+id+"/asset").Code)

	s.Images.Image = nil
	s.Later(2 * time.Minute)
	sweep(s)
	assert.Equal(t, "video/mp4", ada.get("/api/history/"+id+"/asset").Header().Get("Content-Type"), "the schedule tries again")
}

func TestVideoIsListed(t *testing.T) {
	s, ada := newVideoStudio(t, videoModel)
	s.Env[binding.CreditPrices] = "wan2.6-i2v:1080P=5"
	s.Start()
	_, item, _ := strings.Cut(ada.get("/api/workflows").Body.String(), `{"workflow":"video-from-reference"`)
	assert.Contains(t, item, `"available":true,"cost":{"productShoots":0,"adGraphics":10}`)
	assert.Contains(t, item, `"video":{"durations":[5,10,15],"defaultDuration":5,"resolutions":[{"name":"720P","creditsPerSecond":2},{"name":"1080P","creditsPerSecond":5}]}`)
}
