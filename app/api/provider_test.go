package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// png is the smallest picture that a browser shows.
const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"

// provider stands in for DashScope and its image host. A nil function answers as a working provider does.
type provider struct {
	answer http.HandlerFunc // DashScope
	image  http.HandlerFunc // the image host
	mu     sync.Mutex
	bodies []string // what DashScope was sent
	images []string // what the image host was asked for
}

func (p *provider) RoundTrip(r *http.Request) (*http.Response, error) {
	handler := p.serveImage
	if strings.HasSuffix(r.URL.Host, "aliyuncs.com") {
		handler = p.serveAnswer
	}
	response := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	handler(response, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	result := response.Result()
	result.ContentLength = -1
	if response.Header().Get("Transfer-Encoding") == "" {
		result.ContentLength = int64(response.Body.Len())
	}

	return result, nil
}

func (p *provider) serveAnswer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || int64(len(body)) != r.ContentLength {
		http.Error(w, fmt.Sprintf("%d bytes of %d: %v", len(body), r.ContentLength, err), http.StatusBadRequest)
		return
	}

	p.mu.Lock()
	p.bodies = append(p.bodies, string(body))
	p.mu.Unlock()
	if p.answer != nil {
		p.answer(w, r)
		return
	}
	var asked struct{ Parameters struct{ N int } }
	if err := json.Unmarshal(body, &asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	sendImages(w, asked.Parameters.N)
}

// sendImages answers as DashScope does, with a number of images.
func sendImages(w http.ResponseWriter, count int) {
	parts := make([]string, count)
	for i := range parts {
		parts[i] = fmt.Sprintf(`{"image":"https://images.example.test/%d.png?Expires=1"}`, i)
	}
	fmt.Fprintf(w, `{"output":{"choices":[{"message":{"content":[%s]}}]},"request_id":"req-1"}`, strings.Join(parts, ","))
}

func (p *provider) serveImage(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.images = append(p.images, r.URL.String())
	p.mu.Unlock()
	if p.image != nil {
		p.image(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	io.WriteString(w, png+r.URL.Path)
}
