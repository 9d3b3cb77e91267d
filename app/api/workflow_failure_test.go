package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
)

// Defect 7: the timeout covered only the provider's headers.
func TestTimeout(t *testing.T) {
	s := apitest.New(t)
	s.Env["QWEN_TIMEOUT_MS"] = "50ms"
	s.Start()
	ada := signUp(s, "ada")
	wait := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

	s.Images.Answer = wait
	response := ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`)
	assert.Equal(t, http.StatusGatewayTimeout, response.Code)
	assert.Equal(t, "UPSTREAM_TIMEOUT", failure(t, response))
	assert.Equal(t, [2]int64{5, 5}, ada.balance())

	s.Images.Answer, s.Images.Image = nil, wait
	s.Env["QWEN_TIMEOUT_MS"] = "1000"
	s.Start()
	ada.generate()
	assert.Equal(t, [2]int64{4, 5}, ada.balance(), "the images are there; only their copies come later")
	assert.Len(t, s.SQL("SELECT 1 FROM generation_asset WHERE r2_key IS NULL AND next_attempt_at IS NOT NULL"), 1)
}

// stalling answers at once, but its bodies never arrive.
type stalling struct {
	http.RoundTripper
	host string // that stalls; others answer
}

func (s *stalling) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := s.RoundTripper.RoundTrip(r)
	if err == nil && strings.HasSuffix(r.URL.Host, s.host) {
		response.Body = io.NopCloser(readerFunc(func([]byte) (int, error) {
			<-r.Context().Done()
			return 0, r.Context().Err()
		}))
	}
	return response, err
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Defect 7 again: it did not cover bodies, neither the provider's nor those of its images.
func TestTimeoutCoversBodies(t *testing.T) {
	transport := &stalling{host: "aliyuncs.com"}
	s := apitest.New(t, func(p *platform.Platform) { p.HTTP = native.HTTPClient(transport) })
	transport.RoundTripper = s.Images
	s.Env["QWEN_TIMEOUT_MS"] = "50"
	s.Start()
	ada := signUp(s, "ada")
	assert.Equal(t, "UPSTREAM_TIMEOUT", failure(t, ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`)))
	assert.Equal(t, [2]int64{5, 5}, ada.balance())

	transport.host = "images.example.test"
	s.Env["QWEN_TIMEOUT_MS"] = "1000"
	s.Start()
	ada.generate()
	assert.Equal(t, [2]int64{4, 5}, ada.balance())
	assert.Len(t, s.SQL("SELECT 1 FROM generation_asset WHERE r2_key IS NULL AND next_attempt_at IS NOT NULL"), 1)
}

// A client that disconnects has paid: the generation continues.
func TestCallerGoesAway(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	ctx, leave := context.WithCancel(t.Context())
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
		leave()
		apitest.SendImages(w, 1)
	}
	s.App.ServeHTTP(httptest.NewRecorder(), ada.request(http.MethodPost, textRoute, strings.NewReader(`{"prompt":"p"}`)).WithContext(ctx))
	assert.Len(t, s.SQL("SELECT 1 FROM generation WHERE status = 'succeeded' AND r2_key IS NOT NULL"), 1)
}

// A result that cannot be recorded is refunded.
func TestResultIsNotWritten(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	s.DB.Fail = func(first string) bool { return strings.Contains(first, "UPDATE generation") }
	response := ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`)
	assert.Equal(t, http.StatusInternalServerError, response.Code)
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
	assert.Len(t, s.SQL("SELECT 1 FROM generation WHERE status = 'failed' AND error_code = 'INTERNAL_SERVER_ERROR'"), 1)
}
