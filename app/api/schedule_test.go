package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (s *studio) sweep() {
	s.t.Helper()
	require.NoError(s.t, s.app.Scheduled(s.t.Context(), time.Unix(s.now.Load(), 0)))
}

// Defect 6: a failed copy discarded a paid generation.
func TestFailedCopyIsRetried(t *testing.T) {
	s := newStudio(t)
	ada := s.signUp("ada")
	down := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
	s.provider.image = down
	id := ada.generate()
	assert.Equal(t, [2]int64{4, 5}, ada.balance(), "the images are there: it is paid")
	assert.Len(t, s.provider.images, 3, "tried again at once")
	item := decode[historyPage](t, ada.get("/api/history")).Items[0]
	assert.Equal(t, "https://images.example.test/0.png?Expires=1", *item.AssetURL, "as long as it lives")
	assert.Equal(t, http.StatusNotFound, ada.get("/api/history/"+id+"/asset").Code)

	s.sweep()
	assert.Len(t, s.provider.images, 3, "not yet")
	s.later(time.Minute)
	s.sweep()
	s.sweep()
	assert.Len(t, s.provider.images, 4, "once, then a pause")
	s.later(time.Hour)
	s.provider.image = nil
	s.sweep()
	s.sweep()
	assert.Len(t, s.provider.images, 5)
	asset := ada.withTokenOnly().get("/api/history/" + id + "/asset")
	assert.Equal(t, http.StatusOK, asset.Code)
	assert.Equal(t, "/api/history/"+id+"/asset", s.sql("SELECT json_extract(output_json, '$.assetUrl') FROM generation")[0].Text(0))
}

func TestCopiesAreGivenUpWithTheURL(t *testing.T) {
	s := newStudio(t)
	ada := s.signUp("ada")
	s.provider.image = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }
	ada.generate()
	for range 30 {
		s.later(time.Hour)
		s.sweep()
	}
	assert.Len(t, s.sql("SELECT 1 FROM generation_asset WHERE r2_key IS NULL AND next_attempt_at IS NULL"), 1)
	assert.LessOrEqual(t, len(s.provider.images), 3+24)
	assert.Equal(t, [2]int64{4, 5}, ada.balance())
}

func TestLateCopyOfADeletedGeneration(t *testing.T) {
	s := newStudio(t)
	ada := s.signUp("ada")
	s.provider.image = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }
	id := ada.generate()
	s.later(time.Minute)
	s.provider.image = func(w http.ResponseWriter, _ *http.Request) {
		assert.Equal(t, http.StatusOK, ada.do(http.MethodDelete, "/api/history/"+id, "").Code)
		w.Header().Set("Content-Type", "image/png")
		_, err := w.Write([]byte(png))
		assert.NoError(t, err)
	}
	s.sweep()

	assert.Empty(t, s.bucket.objects)
}

// Defect 8: a Worker that died left a pending row, and the credit was lost.
func TestStaleGenerationsAreRefundedOnce(t *testing.T) {
	s := newStudio(t)
	ada := s.signUp("ada")
	s.sql(`INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at)
		VALUES ('stale', ?, 'image-from-reference', 'pending', '{}', unixepoch('2026-02-10 12:00'), 0)`, ada.id)
	s.later(80 * time.Second) // the provider's five seconds, and the grace
	s.sweep()
	assert.Equal(t, [2]int64{5, 5}, ada.balance(), "a request could still be at work")
	s.later(time.Second)
	s.sweep()
	s.sweep()
	assert.Equal(t, [2]int64{5, 6}, ada.balance())
	rows := s.sql("SELECT status, error_code FROM generation")
	assert.Equal(t, "failed", rows[0].Text(0))
	assert.Equal(t, "INTERNAL_SERVER_ERROR", rows[0].Text(1))

	s.sql("UPDATE generation SET status = 'pending'")
	s.sweep()
	assert.Equal(t, [2]int64{5, 6}, ada.balance(), "once, whatever happens to the row")
}

// A request that ends after its generation was failed changes nothing.
func TestLateEndOfAGenerationThatWasGivenUp(t *testing.T) {
	s := newStudio(t)
	ada := s.signUp("ada")
	s.provider.answer = func(w http.ResponseWriter, _ *http.Request) {
		s.later(time.Hour)
		s.sweep()
		sendImages(w, 1)
	}
	assert.Equal(t, http.StatusOK, ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`).Code)
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
	assert.Equal(t, "failed", s.sql("SELECT status FROM generation")[0].Text(0))
	assert.Empty(t, s.bucket.objects)
}

func TestExpiredRowsAreDropped(t *testing.T) {
	s := newStudio(t)
	s.sql("INSERT INTO verification (id, identifier, value, expires_at) VALUES ('old', 'a', 'b', ?), ('new', 'a', 'b', ?)", s.now.Load()-1, s.now.Load()+1)
	s.sweep()
	assert.Equal(t, "new", s.sql("SELECT id FROM verification")[0].Text(0))
}
