package openapi_test

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/billing"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio"
)

// What the API answers where the contract has no answer is described, too.
func TestServedAnswers(t *testing.T) {
	s := apitest.New(t)
	s.Env[binding.QwenImageModel], s.Env[binding.QwenImageEditModel] = "qwen-image-3.0", "qwen-image-3.0" // it warns, and takes several pictures
	s.Start()
	ada := visitor{s.Browser(), newValidator(t)}
	ada.SignUp("Ada")
	s.SQL("INSERT INTO user_profile (user_id, credits_product_shoots, credits_ad_graphics) SELECT id, 2, 2 FROM user")
	const text, reference, token = "/api/workflows/image-from-text", "/api/workflows/image-from-reference", "migrate-token"
	order := `{"prompt":"a shoe"}`

	made := ada.ask(200, "POST", text, order, "Idempotency-Key", "k")
	ada.ask(200, "POST", text, order, "Idempotency-Key", "k")
	ada.ask(422, "POST", text, `{"prompt":"a boot"}`, "Idempotency-Key", "k")
	ada.ask(400, "POST", text, order, "Idempotency-Key", strings.Repeat("k", 256))
	ada.ask(403, "POST", text, order, "Content-Type", "text/plain", "Origin", "https://evil.test")
	ada.ask(413, "POST", text, `{"prompt":"`+strings.Repeat("long ", 7000)+`"}`)
	ada.ask(501, "POST", "/api/workflows/video-from-reference", `{"prompt":"p","referenceImageUrl":"x"}`)
	ada.ask(200, "POST", text, `{"prompt":"`+strings.Repeat("word ", 4000)+`"}`)
	ada.ask(200, "POST", reference, orderWith(t, 512, 600))
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
	ada.ask(502, "POST", reference, orderWith(t, 512))
	ada.ask(402, "POST", text, order)
	ada.ask(200, "GET", "/api/workflows", "")

	item := "/api/history/" + made.JSON["generationId"].(string)
	ada.ask(200, "GET", "/api/history?limit=1&offset=1", "")
	ada.ask(200, "GET", "/api/history?limit=1&cursor=&expand=1", "")
	ada.ask(400, "GET", "/api/history?cursor=x", "")
	ada.ask(200, "GET", item, "")
	ada.ask(200, "GET", item+"/asset?download=1", "")
	ada.ask(200, "GET", item+"/assets/0", "")
	ada.ask(206, "GET", item+"/asset", "", "Range", "bytes=0-3")
	ada.ask(416, "GET", item+"/asset", "", "Range", "bytes=900-")
	ada.ask(304, "GET", item+"/asset", "", "If-None-Match", "*")
	ada.ask(404, "GET", item+"/reference", "")
	ada.ask(404, "GET", item+"/references/9", "")
	ada.ask(200, "DELETE", item, "")
	ada.ask(404, "DELETE", item, "")

	ada.ask(200, "GET", "/api/credits?limit=1", "")
	ada.ask(400, "GET", "/api/credits?cursor=x", "")
	ada.ask(200, "POST", "/api/credits/checkout", `{"pack":"starter"}`)
	ada.ask(400, "POST", "/api/credits/checkout", `{"pack":"gold"}`)
	ada.ask(403, "POST", "/api/credits/checkout", `{"pack":"starter"}`, "Content-Type", "text/plain", "Origin", "https://evil.test")
	event := s.Stripe.Paid("evt_1", 0)
	mac := apitest.StripeMAC(apitest.StripeSecret, s.Now(), event)
	ada.ask(200, "POST", "/api/credits/stripe", event, "Stripe-Signature", fmt.Sprintf("t=%d,v1=%s", s.Now().Unix(), mac))
	ada.ask(400, "POST", "/api/credits/stripe", event)
	ada.ask(200, "GET", "/api/credits", "")
	ada.ask(200, "GET", "/api/reference", "")
	ada.ask(200, "GET", "/api/reference/redoc.js", "")
	ada.ask(200, "GET", "/api/health?deep=1", "", "Authorization", "Bearer "+token)
	ada.ask(401, "GET", "/api/health?deep=1", "")
	ada.ask(200, "POST", "/api/migrate", "", "Authorization", "Bearer "+token)
	ada.ask(401, "POST", "/api/migrate", "")
}

// Where there are videos, their answers are described.
func TestServedVideos(t *testing.T) {
	s := apitest.New(t)
	s.Env[binding.QwenVideoModel] = "wan2.7-i2v"
	s.Start()
	ada := visitor{s.Browser(), newValidator(t)}
	ada.SignUp("Ada")
	s.SQL("INSERT INTO user_profile (user_id, credits_product_shoots, credits_ad_graphics) SELECT id, 2, 12 FROM user")
	const route = "/api/workflows/video-from-reference"
	order := `{"prompt":"p","referenceImageUrl":"` + pictureOf(t, 512) + `","duration":5}`

	made := ada.ask(202, "POST", route, order, "Idempotency-Key", "k")
	ada.ask(202, "POST", route, order, "Idempotency-Key", "k")
	ada.ask(400, "POST", route, strings.Replace(order, `:5}`, `:50}`, 1))
	ada.ask(402, "POST", route, order)
	ada.ask(200, "GET", "/api/workflows", "")
	item := "/api/history/" + made.JSON["generationId"].(string)
	ada.ask(200, "GET", item, "")
	s.Later(5 * time.Second)
	ada.ask(200, "GET", item, "")
	ada.ask(200, "GET", "/api/history", "")
	ada.ask(200, "GET", item+"/asset", "")
	ada.ask(206, "GET", item+"/asset", "", "Range", "bytes=0-3")
}

// A limit that is reached, a request that finds no room, and a deployment without its settings answer as described.
func TestServedRefusals(t *testing.T) {
	s := apitest.New(t)
	ada := visitor{s.Browser(), newValidator(t)}
	ada.SignUp("Ada")
	const text, order = "/api/workflows/image-from-text", `{"prompt":"a shoe"}`

	for range billing.MaxOpen {
		ada.ask(200, "POST", "/api/credits/checkout", `{"pack":"starter"}`)
	}
	ada.ask(429, "POST", "/api/credits/checkout", `{"pack":"starter"}`)
	s.Later(billing.OpenTime + time.Second)
	s.Stripe.Answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
	ada.ask(502, "POST", "/api/credits/checkout", `{"pack":"starter"}`)

	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"code":"DataInspectionFailed"}`, http.StatusBadRequest)
	}
	for range studio.MaxFailures {
		ada.ask(502, "POST", text, order)
	}
	ada.ask(429, "POST", text, order)
	s.Later(studio.FailuresLive)
	s.Env[binding.DailyGenerations] = "0"
	ada.ask(503, "POST", text, order)

	s.Env[binding.DailyGenerations] = "none"
	ada.ask(500, "POST", text, order)
	s.Start(func(p *platform.Platform) { p.Bucket = nil })
	ada.ask(503, "GET", "/api/health?deep=1", "", "Authorization", "Bearer migrate-token")
	s.Env[binding.MigrateToken], s.Env[binding.CreditPacks] = "", ""
	s.Start()
	ada.ask(404, "GET", "/api/health?deep=1", "")
	ada.ask(404, "POST", "/api/credits/checkout", `{"pack":"starter"}`)
	s.Env[binding.AuthSecret] = ""
	s.Start()
	ada.ask(500, "GET", "/api/auth/get-session", "")
}

// visitor is a browser whose answers are validated.
type visitor struct {
	*apitest.Browser
	answers
}

// ask sends a request of JSON with headers, and expects a status, and an answer as described.
func (v visitor) ask(status int, method, path, body string, headers ...string) apitest.Answer {
	v.T.Helper()
	kind := cmp.Or(headerOf(headers, "Content-Type"), "application/json")
	v.Headers = map[string]string{"Origin": apitest.Frontend}
	for i := 0; i < len(headers); i += 2 {
		v.Headers[headers[i]] = headers[i+1]
	}

	got := v.Do(method, path, kind, []byte(body))

	require.Equal(v.T, status, got.Code, "%s %s: %s", method, path, got.Body)
	described, problems := v.check(httptest.NewRequest(method, apitest.PublicURL+path, nil), answer(got.Code, got.Header(), got.Body.Bytes()))
	assert.True(v.T, described, "%s %s", method, path)
	assert.Empty(v.T, problems, "%s %s: %d %s", method, path, status, got.Body)
	return got
}

func headerOf(headers []string, name string) string {
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == name {
			return headers[i+1]
		}
	}
	return ""
}

// pictureOf returns a data URL of a square picture.
func pictureOf(t *testing.T, side int) string {
	var picture bytes.Buffer
	require.NoError(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, side, side))))
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(picture.Bytes())
}

// orderWith is an order with a square picture of each side.
func orderWith(t *testing.T, sides ...int) string {
	var parts []string
	for _, side := range sides {
		parts = append(parts, fmt.Sprintf(`{"image":%q}`, pictureOf(t, side)))
	}
	return `{"prompt":"p","n":2,"input":{"messages":[{"role":"user","content":[` + strings.Join(parts, ",") + `]}]}}`
}
