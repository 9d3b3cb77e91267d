package api_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

const (
	textRoute      = "/api/workflows/image-from-text"
	referenceRoute = "/api/workflows/image-from-reference"
	videoRoute     = "/api/workflows/video-from-reference"
)

// Bodies that are too long cost neither a credit nor the time to read them.
func TestTooLarge(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	photo, _ := photoBody(10<<20 + 1)
	padded := func(size int) string { return `{"prompt":"p"}` + strings.Repeat(" ", size) }
	cases := map[string]struct {
		path, body string
		chunked    bool
	}{
		"text":                       {path: textRoute, body: padded(1 << 20)},
		"text, chunked":              {path: textRoute, body: padded(1 << 20), chunked: true},
		"video":                      {path: videoRoute, body: padded(1 << 20)},
		"reference":                  {path: referenceRoute, body: padded(32 << 20)},
		"reference, chunked":         {path: referenceRoute, body: padded(32 << 20), chunked: true},
		"photo of more than 10 MB":   {path: referenceRoute, body: photo},
		"prompt larger than any row": {path: textRoute, body: `{"prompt":"x` + strings.Repeat("\u2028", 170_000) + `x"}`},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			request := ada.request(http.MethodPost, tc.path, strings.NewReader(tc.body))
			if tc.chunked {
				request.ContentLength = -1
			}
			response := httptest.NewRecorder()
			s.App.ServeHTTP(response, request)
			assert.Equal(t, http.StatusRequestEntityTooLarge, response.Code, response.Body)
			assert.Equal(t, "PAYLOAD_TOO_LARGE", failure(t, response))
		})
	}
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
	assert.Empty(t, s.SQL("SELECT 1 FROM generation"))
	assert.Empty(t, s.Images.Bodies)
}

// Defect 3: only the first of several images was copied.
func TestEveryImageIsCopied(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	response := ada.do(http.MethodPost, referenceRoute, `{"prompt":"p","referenceImageUrl":"https://x.test/a.png","n":6}`)
	require.Equal(t, http.StatusOK, response.Code)
	id := decode[struct{ GenerationID string }](t, response).GenerationID
	assert.Equal(t, apitest.PNG+"/0.png", ada.get("/api/history/"+id+"/asset").Body.String())

	for i := range 6 {
		image := ada.get(fmt.Sprintf("/api/history/%s/assets/%d", id, i))
		assert.Equal(t, http.StatusOK, image.Code)
		assert.Equal(t, fmt.Sprintf("%s/%d.png", apitest.PNG, i), image.Body.String())
	}
	for _, index := range []string{"6", "-1", "x", "99999999999999999999"} {
		assert.Equal(t, http.StatusNotFound, ada.get("/api/history/"+id+"/assets/"+index).Code, index)
	}
	output := decode[struct {
		Item struct{ Output struct{ AssetURLs []string } }
	}](t, ada.get("/api/history/"+id)).Item.Output
	require.Len(t, output.AssetURLs, 6)
	assert.Equal(t, apitest.PublicURL+"/api/history/"+id+"/assets/5", output.AssetURLs[5])
	assert.Equal(t, [2]int64{5, 4}, ada.balance(), "six images cost one credit")
}

// Defect 4: credit, ledger and row were written one after the other, and the ledger did not name the generation.
func TestCreditLedgerAndRowAgree(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	made := ada.generate()
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) { http.Error(w, `{}`, http.StatusServiceUnavailable) }
	assert.Equal(t, http.StatusBadGateway, ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`).Code)
	failed := s.SQL("SELECT id FROM generation WHERE status = 'failed'")[0].Text(0)
	ledger := map[string]int64{}
	for _, row := range s.SQL("SELECT generation_id, reason, delta FROM credit_ledger") {
		ledger[row.Text(0)+" "+row.Text(1)] = row.Int(2)
	}
	assert.Equal(t, map[string]int64{made + " generation_debit": -1, failed + " generation_debit": -1, failed + " generation_refund": 1}, ledger)
	assert.Equal(t, [2]int64{4, 5}, ada.balance())

	s.DB.Fail = func(first string) bool { return strings.Contains(first, "INTO user_profile") }
	assert.Equal(t, http.StatusInternalServerError, ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`).Code)
	assert.Equal(t, [2]int64{4, 5}, ada.balance(), "all or nothing")
}

func TestCreditsUnderParallelOrders(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	counts := map[int]int{}
	var mu sync.Mutex
	var running sync.WaitGroup

	for range 12 {
		running.Go(func() {
			response := ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`)
			mu.Lock()
			defer mu.Unlock()
			counts[response.Code]++
		})
	}
	running.Wait()
	assert.Equal(t, map[int]int{http.StatusOK: 5, http.StatusPaymentRequired: 7}, counts)
	assert.Equal(t, [2]int64{0, 5}, ada.balance())
	assert.Len(t, s.SQL("SELECT 1 FROM generation"), 5)

	broke := ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`)
	assert.Equal(t, "OUT_OF_CREDITS", failure(t, broke))
	assert.Equal(t, map[string]int64{"productShoots": 0, "adGraphics": 5}, decode[struct{ Credits map[string]int64 }](t, broke).Credits)
}

// Defect 5: an image without Content-Length could not be stored.
func TestImageWithoutLength(t *testing.T) {
	s := apitest.New(t)
	s.Images.Image = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Transfer-Encoding", "chunked")
		io.WriteString(w, apitest.PNG)
	}
	ada := signUp(s, "ada")
	assert.Equal(t, apitest.PNG, ada.get("/api/history/"+ada.generate()+"/asset").Body.String())
}

// Defect 22: whatever the image host sent was stored and served.
func TestOnlyImagesAreStored(t *testing.T) {
	cases := map[string]struct {
		declared, body string
		key, stored    string
	}{
		"png":               {"image/png", apitest.PNG, "output.png", "image/png"},
		"declared as jpeg":  {"image/jpeg; charset=x", apitest.PNG, "output.png", "image/png"},
		"a jpeg as png":     {"image/png", "\xff\xd8\xff\xe0", "output.jpg", "image/jpeg"},
		"a webp as jpeg":    {"image/jpeg", "RIFF\x00\x00\x00\x00WEBPVP8 ", "output.webp", "image/webp"},
		"declared as bytes": {"application/octet-stream", apitest.PNG, "output.png", "image/png"},
		"declared as page":  {"text/html", "GIF89a<script>", "output.gif", "image/gif"},
		"declared as svg":   {"image/svg+xml", apitest.PNG, "output.png", "image/png"},
		"nothing declared":  {"", apitest.PNG, "output.png", "image/png"},
		"a page":            {"image/png", "<!doctype html><script>alert(1)</script>", "", ""},
		"a drawing":         {"image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>", "", ""},
		"nothing":           {"image/png", "", "", ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t)
			s.Images.Image = func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = []string{tc.declared}
				io.WriteString(w, tc.body)
			}
			ada := signUp(s, "ada")
			id := ada.generate()
			if tc.key == "" {
				assert.Empty(t, s.Bucket.Objects)
				return
			}
			assert.Equal(t, map[string]string{"users/" + ada.id + "/generations/" + id + "/" + tc.key: tc.stored}, s.Bucket.Objects)

			asset := ada.get("/api/history/" + id + "/asset")
			assert.Equal(t, tc.stored, asset.Header().Get("Content-Type"))
			assert.Equal(t, "nosniff", asset.Header().Get("X-Content-Type-Options"))
			assert.Equal(t, "default-src 'none'; sandbox", asset.Header().Get("Content-Security-Policy"))
			assert.Equal(t, "private, max-age=3600", asset.Header().Get("Cache-Control"))
		})
	}
}

// Defect 23: video took a credit and made nothing.
func TestVideoIsUnavailable(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	response := ada.do(http.MethodPost, videoRoute, `{"prompt":"p","referenceImageUrl":"x"}`)
	assert.Equal(t, http.StatusNotImplemented, response.Code)
	assert.Equal(t, "WORKFLOW_UNAVAILABLE", failure(t, response))
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
	assert.Empty(t, s.SQL("SELECT 1 FROM generation"))
	s.SQL("UPDATE user_profile SET credits_ad_graphics = 0")
	assert.Equal(t, "WORKFLOW_UNAVAILABLE", failure(t, ada.do(http.MethodPost, videoRoute, `{"prompt":"p","referenceImageUrl":"x"}`)), "it asks for no credit")

	for body, want := range map[string]string{
		`{"prompt":"\u00a0","referenceImageUrl":"x"}`: `{"error":"prompt and referenceImageUrl are required"}`,
		`{"prompt":"p"} x`:                            `{"error":"Invalid JSON payload"}`,
	} {
		response := ada.do(http.MethodPost, videoRoute, body)
		assert.Equal(t, http.StatusBadRequest, response.Code)
		assert.JSONEq(t, want, response.Body.String())
	}
}

// Routes that spend look the session up in the database, whatever the cookie cache says.
func TestRevokedSessionSpendsNothing(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	s.SQL("DELETE FROM session")
	assert.Equal(t, http.StatusOK, ada.get("/api/me").Code, "for up to five minutes it reads")
	for path, method := range map[string]string{textRoute: http.MethodPost, referenceRoute: http.MethodPost, videoRoute: http.MethodPost, "/api/history/x": http.MethodDelete} {
		assert.Equal(t, http.StatusUnauthorized, ada.do(method, path, `{"prompt":"p"}`).Code, path)
	}
	s.Later(6 * time.Minute)
	assert.Equal(t, http.StatusUnauthorized, ada.get("/api/me").Code)
}

// Round trips to the database are most of what a request costs.
func TestTrips(t *testing.T) {
	s := apitest.New(t)
	cached := signUp(s, "ada")
	id := cached.generate()

	for name, ada := range map[string]*user{"cached": cached, "token only": cached.withTokenOnly()} {
		for _, path := range []string{"/api/me", "/api/history", "/api/history/" + id, "/api/history/" + id + "/asset", "/api/history/" + id + "/assets/0"} {
			trips := s.DB.TripsOf(func() { assert.Equal(t, http.StatusOK, ada.get(path).Code) })
			assert.Equal(t, 1, trips, "%s, %s", path, name)
		}
		assert.Equal(t, 3, s.DB.TripsOf(func() { ada.generate() }), "generation, %s", name)
	}

	bob := signUp(s, "bob").withTokenOnly()
	s.SQL("DELETE FROM user_profile WHERE user_id = ?", bob.id)
	assert.Equal(t, 2, s.DB.TripsOf(func() { assert.Equal(t, http.StatusOK, bob.get("/api/me").Code) }), "the first time")
}
