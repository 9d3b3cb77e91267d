package apitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// PNG is the smallest picture that a browser shows.
const PNG = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"

// MP4 is the beginning of a video.
const MP4 = "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"

// Images plays DashScope and the hosts of its images. A nil function answers as a working provider does.
type Images struct {
	Answer  http.HandlerFunc // DashScope; a task is asked for with the header X-DashScope-Async
	Task    http.HandlerFunc // DashScope, about tasks
	Image   http.HandlerFunc // the image host
	Bodies  []string         // what DashScope was sent
	Fetched []string         // what the image host was asked for
	Asked   []string         // method and path of the questions about tasks
	videos  map[string]bool  // by a task's ID, whether it makes a video
	mu      sync.Mutex
}

// RoundTrip answers a call.
func (p *Images) RoundTrip(r *http.Request) (*http.Response, error) {
	handler := p.serveImage
	if strings.HasSuffix(r.URL.Host, "aliyuncs.com") {
		handler = p.serveAnswer
	}
	response := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	handler(response, r)
	p.noteTask(r, response)
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

// noteTask notes what a task makes, if this is the answer that began it.
func (p *Images) noteTask(r *http.Request, response *httptest.ResponseRecorder) {
	var begun struct {
		Output struct {
			TaskID string `json:"task_id"`
		}
	}
	if r.Header.Get("X-DashScope-Async") == "" || json.Unmarshal(response.Body.Bytes(), &begun) != nil {
		return
	}

	p.mu.Lock()
	defer p.mu.Unlock()
	if p.videos == nil {
		p.videos = map[string]bool{}
	}
	p.videos[begun.Output.TaskID] = strings.Contains(r.URL.Path, "/video-generation/")
}

// tasksPath is where tasks are asked for.
const tasksPath = "/api/v1/tasks/"

func (p *Images) serveTask(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.Asked = append(p.Asked, r.Method+" "+r.URL.Path)
	if id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, tasksPath), "/"); p.videos[id] {
		w = videoAnswer{w}
	}
	p.mu.Unlock()
	switch {
	case p.Task != nil:
		p.Task(w, r)
	case strings.HasSuffix(r.URL.Path, "/cancel"):
		http.Error(w, `{"code":"UnsupportedOperation"}`, http.StatusBadRequest)
	default:
		SendTask(w, "SUCCEEDED")
	}
}

// videoAnswer is an answer about a task that makes a video.
type videoAnswer struct{ http.ResponseWriter }

// SendTask answers as DashScope does about a task, which has made an image, or a video, if it has succeeded.
func SendTask(w http.ResponseWriter, status string) {
	results := ""
	_, video := w.(videoAnswer)
	switch {
	case status == "SUCCEEDED" && video:
		results = `,"video_url":"https://images.example.test/0.mp4?Expires=1"`
	case status == "SUCCEEDED":
		results = `,"results":[{"url":"https://images.example.test/0.png?Expires=1"}]`
	}
	fmt.Fprintf(w, `{"output":{"task_id":"task-1","task_status":%q%s},"request_id":"req-1"}`, status, results)
}

func (p *Images) serveAnswer(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, tasksPath) {
		p.serveTask(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || int64(len(body)) != r.ContentLength {
		http.Error(w, fmt.Sprintf("%d bytes of %d: %v", len(body), r.ContentLength, err), http.StatusBadRequest)
		return
	}

	p.mu.Lock()
	p.Bodies = append(p.Bodies, string(body))
	p.mu.Unlock()
	if p.Answer != nil {
		p.Answer(w, r)
		return
	}
	if r.Header.Get("X-DashScope-Async") != "" {
		SendTask(w, "PENDING")
		return
	}
	var asked struct{ Parameters struct{ N int } }
	if err := json.Unmarshal(withoutPhotos(body), &asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	SendImages(w, asked.Parameters.N)
}

// withoutPhotos shortens the long texts of base64 in a body, which a decoder takes seconds for under the race detector.
func withoutPhotos(body []byte) []byte {
	const begin = ";base64,"
	var short []byte
	for {
		before, after, found := bytes.Cut(body, []byte(begin))
		short = append(short, before...)
		if !found {
			return short
		}
		short = append(short, begin...)
		body = after[max(0, bytes.IndexByte(after, '"')):]
	}
}

// SendImages answers as DashScope does, with a number of images.
func SendImages(w http.ResponseWriter, count int) {
	parts := make([]string, count)
	for i := range parts {
		parts[i] = fmt.Sprintf(`{"image":"https://images.example.test/%d.png?Expires=1"}`, i)
	}
	fmt.Fprintf(w, `{"output":{"choices":[{"message":{"content":[%s]}}]},"request_id":"req-1"}`, strings.Join(parts, ","))
}

func (p *Images) serveImage(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.Fetched = append(p.Fetched, r.URL.String())
	p.mu.Unlock()
	if p.Image != nil {
		p.Image(w, r)
		return
	}
	if strings.HasSuffix(r.URL.Path, ".mp4") {
		_, _ = io.WriteString(w, MP4+r.URL.Path)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = io.WriteString(w, PNG+r.URL.Path)
}
