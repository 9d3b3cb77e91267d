package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

func sweep(s *apitest.World) {
	s.T.Helper()
	require.NoError(s.T, s.App.Scheduled(s.T.Context(), time.Unix(s.Now().Unix(), 0)))
}

// Defect 6: a failed copy discarded a paid generation.
func TestFailedCopyIsRetried(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	down := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
	s.Images.Image = down
	id := ada.generate()
	assert.Equal(t, [2]int64{4, 5}, ada.balance(), "the images are there: it is paid")
	assert.Len(t, s.Images.Fetched, 3, "tried again at once")
	item := decode[historyPage](t, ada.get("/api/history")).Items[0]
	assert.Equal(t, "https://images.example.test/0.png?Expires=1", *item.AssetURL, "as long as it lives")
	assert.Equal(t, http.StatusNotFound, ada.get("/api/history/"+id+"/asset").Code)

	sweep(s)
	assert.Len(t, s.Images.Fetched, 3, "not yet")
	s.Later(time.Minute)
	sweep(s)
	sweep(s)
	assert.Len(t, s.Images.Fetched, 4, "once, then a pause")
	s.Later(time.Hour)
	s.Images.Image = nil
	sweep(s)
	sweep(s)
	assert.Len(t, s.Images.Fetched, 5)
	asset := ada.withTokenOnly().get("/api/history/" + id + "/asset")
	assert.Equal(t, http.StatusOK, asset.Code)
	assert.Equal(t, "/api/history/"+id+"/asset", s.SQL("SELECT json_extract(output_json, '$.assetUrl') FROM generation")[0].Text(0))
}

func TestCopiesAreGivenUpWithTheURL(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	s.Images.Image = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }
	ada.generate()
	for range 30 {
		s.Later(time.Hour)
		sweep(s)
	}
	assert.Len(t, s.SQL("SELECT 1 FROM generation_asset WHERE r2_key IS NULL AND next_attempt_at IS NULL"), 1)
	assert.LessOrEqual(t, len(s.Images.Fetched), 3+24)
	assert.Equal(t, [2]int64{4, 5}, ada.balance())
}

func TestLateCopyOfADeletedGeneration(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	s.Images.Image = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }
	id := ada.generate()
	s.Later(time.Minute)
	s.Images.Image = func(w http.ResponseWriter, _ *http.Request) {
		assert.Equal(t, http.StatusOK, ada.do(http.MethodDelete, "/api/history/"+id, "").Code)
		w.Header().Set("Content-Type", "image/png")
		_, err := w.Write([]byte(apitest.PNG))
		assert.NoError(t, err)
	}
	sweep(s)

	assert.Empty(t, s.Bucket.Objects)
}

// Defect 8: a Worker that died left a pending row, and the credit was lost.
func TestStaleGenerationsAreRefundedOnce(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	s.SQL(`INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at)
		VALUES ('stale', ?, 'image-from-reference', 'pending', '{}', unixepoch('2026-02-10 12:00'), 0)`, ada.id)
	s.Later(80 * time.Second) // the provider's five seconds, and the grace
	sweep(s)
	assert.Equal(t, [2]int64{5, 5}, ada.balance(), "a request could still be at work")
	s.Later(time.Second)
	sweep(s)
	sweep(s)
	assert.Equal(t, [2]int64{5, 6}, ada.balance())
	rows := s.SQL("SELECT status, error_code FROM generation")
	assert.Equal(t, "failed", rows[0].Text(0))
	assert.Equal(t, "INTERNAL_SERVER_ERROR", rows[0].Text(1))

	s.SQL("UPDATE generation SET status = 'pending'")
	sweep(s)
	assert.Equal(t, [2]int64{5, 6}, ada.balance(), "once, whatever happens to the row")
}

// A request that ends after its generation was failed changes nothing.
func TestLateEndOfAGenerationThatWasGivenUp(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
		s.Later(time.Hour)
		sweep(s)
		apitest.SendImages(w, 1)
	}
	assert.Equal(t, http.StatusOK, ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`).Code)
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
	assert.Equal(t, "failed", s.SQL("SELECT status FROM generation")[0].Text(0))
	assert.Empty(t, s.Bucket.Objects)
}

func TestExpiredRowsAreDropped(t *testing.T) {
	s := apitest.New(t)
	s.SQL("INSERT INTO verification (id, identifier, value, expires_at) VALUES ('old', 'a', 'b', ?), ('new', 'a', 'b', ?)", s.Now().Unix()-1, s.Now().Unix()+1)
	sweep(s)
	assert.Equal(t, "new", s.SQL("SELECT id FROM verification")[0].Text(0))
}
