package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/platform"
)

// notes are what outlives the program: the last note, and the outcome of the call to the provider, if there was one.
type notes struct {
	left   []byte
	answer func() (*http.Response, error)
}

func (n *notes) Leave(_ context.Context, note []byte) { n.left = note }

func (n *notes) Answer(context.Context) (*http.Response, error) { return n.answer() }

func answered(write func(http.ResponseWriter)) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		response := httptest.NewRecorder()
		write(response)
		return response.Result(), nil
	}
}

func notAsked() (*http.Response, error) { return nil, platform.ErrNoAnswer }

func withNotes(left *notes) func(*platform.Platform) {
	return func(p *platform.Platform) { p.Notes = left }
}

// recover resumes from the note, as the next instance of the program does in the same request.
func (u *user) recover(note []byte) *httptest.ResponseRecorder {
	response := httptest.NewRecorder()
	u.App.Recover(response, u.request(http.MethodPost, textRoute, strings.NewReader(""), "Origin", apitest.Frontend), note)
	return response
}

func TestRecoverGeneration(t *testing.T) {
	cases := map[string]struct {
		answer func() (*http.Response, error)
		want   int
		code   string
		status string
	}{
		"answered":        {answered(func(w http.ResponseWriter) { apitest.SendImages(w, 1) }), http.StatusOK, "", "succeeded"},
		"refused":         {answered(func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }), http.StatusBadGateway, "UPSTREAM_RATE_LIMITED", "failed"},
		"not asked":       {notAsked, http.StatusInternalServerError, "INTERNAL_SERVER_ERROR", "failed"},
		"asked, cut off":  {func() (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, http.StatusBadGateway, "UPSTREAM_UNAVAILABLE", "failed"},
		"asked, too late": {func() (*http.Response, error) { return nil, context.DeadlineExceeded }, http.StatusGatewayTimeout, "UPSTREAM_TIMEOUT", "failed"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			left := &notes{answer: tc.answer}
			s := apitest.New(t, withNotes(left))
			ada := signUp(s, "ada")
			response := ada.dies(left)
			require.Equal(t, tc.want, response.Code, response.Body)
			assert.Equal(t, apitest.Frontend, response.Header().Get("Access-Control-Allow-Origin"), "it is answered as always")

			row := s.SQL("SELECT id, status, json_extract(input_json, '$.requestId') FROM generation")[0]
			assert.Equal(t, tc.status, row.Text(1))
			body := decode[struct {
				RequestID, GenerationID string
				Credits                 map[string]int64
			}](t, response)
			assert.Equal(t, row.Text(2), body.RequestID, "the request is still the same")
			if tc.want != http.StatusOK {
				assert.Equal(t, tc.code, failure(t, response))
				assert.Equal(t, [2]int64{5, 5}, ada.balance())
				return
			}
			assert.Equal(t, row.Text(0), body.GenerationID)
			assert.Equal(t, map[string]int64{"productShoots": 4, "adGraphics": 5}, body.Credits)
			assert.Equal(t, [2]int64{4, 5}, ada.balance())
			assert.Len(t, s.Bucket.Objects, 1)
		})
	}
}

// dies orders an image, and resumes from the note while the provider works. What the first program does after that is lost.
func (u *user) dies(left *notes) *httptest.ResponseRecorder {
	var recovered *httptest.ResponseRecorder
	u.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
		recovered = u.recover(left.left)
		w.WriteHeader(http.StatusInternalServerError)
	}
	u.do(http.MethodPost, textRoute, `{"prompt":"p"}`)
	u.Images.Answer = nil
	return recovered
}

// A program that was presumed dead, the one that resumes from its note, and the schedule may end a generation in any order, and
// more than once: only one of them has an effect.
func TestRecoveryRacesWithTheSchedule(t *testing.T) {
	answers := map[string]func() (*http.Response, error){"answered": answered(func(w http.ResponseWriter) { apitest.SendImages(w, 1) }), "not asked": notAsked}
	firsts := map[string]int{"the first succeeds": http.StatusOK, "the first fails": http.StatusBadRequest}

	for _, order := range []string{"FRS", "FSR", "RFS", "RSF", "SFR", "SRF", "RRF", "RSR", "SSR", "SRS", "RSRF", "F", "R", "S"} {
		for answer, kept := range answers {
			for first, status := range firsts {
				t.Run(order+", "+answer+", "+first, func(t *testing.T) {
					left := &notes{answer: kept}
					s := apitest.New(t, withNotes(left))
					ada := signUp(s, "ada")
					act := map[rune]func(){
						'R': func() { ada.recover(left.left) },
						'S': func() { s.Later(2 * time.Minute); sweep(s) },
					}
					before, after, _ := strings.Cut(order, "F")
					s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
						for _, who := range before {
							act[who]()
						}
						w.WriteHeader(status)
						apitest.SendImages(w, 1)
					}
					ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`)
					for _, who := range after {
						act[who]()
					}

					ended := s.SQL("SELECT status FROM generation")[0].Text(0)
					ledger := s.SQL("SELECT coalesce(sum(delta), 0), count(*) FROM credit_ledger WHERE generation_id IS NOT NULL")[0]
					if ended == "succeeded" {
						assert.Equal(t, [2]int64{4, 5}, ada.balance())
						assert.Equal(t, int64(1), ledger.Int(1), "charged once")
						assert.Len(t, s.Bucket.Objects, 1)
						return
					}
					assert.Equal(t, "failed", ended)
					assert.Equal(t, [2]int64{5, 5}, ada.balance())
					assert.Equal(t, int64(0), ledger.Int(0), "and refunded once")
					assert.Equal(t, int64(2), ledger.Int(1))
					assert.Empty(t, s.Bucket.Objects)
				})
			}
		}
	}
}

// A note is kept in memory for at most a minute, but it could end up in a dump: it contains no prompt.
func TestNotesHoldNoPrompt(t *testing.T) {
	left := &notes{answer: notAsked}
	s := apitest.New(t, withNotes(left))
	ada := signUp(s, "ada")
	ada.do(http.MethodPost, referenceRoute, `{"prompt":"a secret shoe","referenceImageUrl":"https://cdn.example.test/private.png"}`)
	require.NotEmpty(t, left.left)
	for _, word := range []string{"secret", "private", "example.test", "session"} {
		assert.NotContains(t, string(left.left), word)
	}
	s.SQL("UPDATE generation SET status = 'pending'")
	response := ada.recover([]byte("not a note"))
	assert.Equal(t, http.StatusInternalServerError, response.Code)
}
