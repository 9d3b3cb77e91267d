package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

type expandedPage struct {
	Items []struct {
		ID           string
		Prompt, Size *string
		Assets       []*string
	}
	Pagination map[string]any
}

// A history is read by cursor to its end, each generation once, also if some are made or deleted meanwhile.
func TestHistoryByCursor(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	ada.insert(55, "image-from-text", "succeeded")
	ada.insert(5, "image-from-reference", "failed")

	seen := map[string]int{}
	cursor := ""
	for page := range 10 {
		answer := ada.get("/api/history?limit=20&workflow=image-from-text&cursor=" + cursor)
		require.Equal(t, http.StatusOK, answer.Code, answer.Body)
		read := decode[expandedPage](t, answer)
		for _, item := range read.Items {
			seen[item.ID]++
			assert.Nil(t, item.Prompt, "not asked for")
		}
		if page == 0 {
			ada.generate() // newer: it moves nothing
			s.SQL("DELETE FROM generation WHERE id = ?", read.Items[0].ID)
		}
		next, more := read.Pagination["nextCursor"].(string)
		if !more {
			break
		}
		assert.Len(t, read.Pagination, 2, "limit and nextCursor")
		cursor = next
	}

	assert.Len(t, seen, 55)
	for id, times := range seen {
		assert.Equal(t, 1, times, id)
	}
	assert.Equal(t, http.StatusBadRequest, ada.get("/api/history?cursor=x").Code)
	assert.Equal(t, 1, s.DB.TripsOf(func() { ada.get("/api/history?expand=1&cursor=") }))
}

// The cursor reaches what is behind the last offset, 10,000.
func TestHistoryBeyondTheLastOffset(t *testing.T) {
	const count = 10_060
	s := apitest.New(t, apitest.Silent)
	ada := signUp(s, "ada")
	s.SQL(`WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
		INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at)
		SELECT 'gen-' || n, ?, 'image-from-text', 'failed', '{}', 1770000000 + n / 3, 1770000000 FROM number`, count, ada.id)

	seen := map[string]bool{}
	cursor, more := "", true
	for more {
		page := decode[expandedPage](t, ada.get("/api/history?limit=50&cursor="+cursor))
		for _, item := range page.Items {
			seen[item.ID] = true
		}
		cursor, more = page.Pagination["nextCursor"].(string)
	}

	assert.Len(t, seen, count)
	assert.True(t, seen["gen-1"], "the oldest")
}

func TestExpandedHistory(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	long := strings.Repeat("ü", 300)
	response := ada.do(http.MethodPost, referenceRoute, `{"prompt":"`+long+`","referenceImageUrl":"https://a.test/b","n":2,"size":"1024*1024"}`)
	require.Equal(t, http.StatusOK, response.Code, response.Body)
	s.SQL("UPDATE generation_asset SET r2_key = NULL WHERE position = 1")
	ada.insert(1, "image-from-text", "failed")

	items := decode[expandedPage](t, ada.get("/api/history?expand=1")).Items
	require.Len(t, items, 2)
	made := items[0]
	assert.Equal(t, strings.Repeat("ü", 200), *made.Prompt, "its beginning")
	assert.Equal(t, "1024*1024", *made.Size)
	require.Len(t, made.Assets, 2)
	assert.Equal(t, http.StatusOK, ada.get((*made.Assets[0])[strings.Index(*made.Assets[0], "/api/"):]).Code)
	assert.Nil(t, made.Assets[1])
	assert.Equal(t, "p", *items[1].Prompt)
	assert.Nil(t, items[1].Size)
	assert.Empty(t, items[1].Assets)
	assert.NotContains(t, ada.get("/api/history").Body.String(), `"prompt"`, "as it was")
}
