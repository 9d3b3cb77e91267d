package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

// After a bad hour of the bucket or of the provider's, 5,000 images are due at once: an hour of runs copies them.
func TestBacklogOfCopies(t *testing.T) {
	const backlog = 5000
	s := apitest.New(t, apitest.Silent)
	ada := signUp(s, "ada")
	s.SQL(`WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
		INSERT INTO generation (id, user_id, workflow, status, input_json, output_json, created_at, updated_at)
		SELECT 'g' || n, ?, 'image-from-text', 'succeeded', '{}', '{"images":[]}', ?, ? FROM number`, backlog, ada.id, s.Now().Unix(), s.Now().Unix())
	s.SQL(`INSERT INTO generation_asset (generation_id, position, source_url, next_attempt_at, created_at)
		SELECT id, 0, 'https://images.example.test/' || id, created_at, created_at FROM generation`)

	runs := 0
	for ; s.Count("SELECT count(*) FROM generation_asset WHERE r2_key IS NULL") > 0 && runs < 60; runs++ {
		sweep(s)
		s.Later(time.Minute)
	}

	t.Logf("%d copies in %d runs", backlog, runs)
	assert.LessOrEqual(t, runs, 60, "one per minute")
	assert.Equal(t, backlog, s.Bucket.Len())
	assert.Len(t, s.Images.Fetched, backlog, "each once")
}

// What is older than generations are kept is deleted with its objects, and stays in the ledger.
func TestRetention(t *testing.T) {
	s := apitest.New(t)
	s.Env[binding.HistoryRetention] = "30"
	s.Start()
	ada := signUp(s, "ada")
	body, _ := photoBody(200)
	for range 3 {
		response := ada.do(http.MethodPost, referenceRoute, body)
		assert.Equal(t, http.StatusOK, response.Code, response.Body)
	}
	young := ada.generate()
	age := func(days int) {
		s.SQL("UPDATE generation SET created_at = ? WHERE id <> ?", s.Now().Unix()-int64(days)*86400-1, young)
	}
	age(29)
	s.SQL(`INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at) VALUES ('open', ?, 'image-from-text', 'running', '{}', 1, 1)`, ada.id)
	assert.Equal(t, 7, s.Bucket.Len())

	sweep(s)
	assert.Equal(t, 7, s.Bucket.Len(), "not yet")
	age(30)
	sweep(s)

	assert.Equal(t, 1, s.Bucket.Len())
	assert.EqualValues(t, 1, s.Count("SELECT count(*) FROM generation WHERE id = ?", young))
	assert.EqualValues(t, 1, s.Count("SELECT count(*) FROM generation WHERE id = 'open'"), "what has not ended stays")
	assert.EqualValues(t, 2, s.Count("SELECT count(*) FROM generation"))
	assert.EqualValues(t, 1, s.Count("SELECT count(*) FROM generation_asset"))
	assert.EqualValues(t, 4, s.Count("SELECT count(*) FROM credit_ledger"))
}

// A wrong setting deletes nothing.
func TestRetentionIsForEver(t *testing.T) {
	for _, setting := range []string{"", "0", "-1", "a month", "99999"} {
		t.Run(setting, func(t *testing.T) {
			s := apitest.New(t)
			s.Env[binding.HistoryRetention] = setting
			s.Start()
			ada := signUp(s, "ada")
			ada.generate()
			s.Later(9999 * 24 * time.Hour)
			sweep(s)
			assert.EqualValues(t, 1, s.Count("SELECT count(*) FROM generation"))
			assert.Equal(t, 1, s.Bucket.Len())
		})
	}
}
