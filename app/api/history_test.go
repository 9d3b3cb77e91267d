package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

type historyPage struct {
	Items []struct {
		ID       string
		AssetURL *string
	}
	Pagination struct {
		Limit, Offset, Total int
		NextOffset           *int
	}
}

// insert writes generations as the TypeScript service did, all with the same second.
func (u *user) insert(count int, workflow, status string) {
	u.T.Helper()
	for i := range count {
		u.SQL(`INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at) VALUES (?, ?, ?, ?, '{"prompt":"p"}', 1770000000, 1770000000)`,
			fmt.Sprintf("%s-%s-%02d", workflow, status, i), u.id, workflow, status)
	}
}

func TestHistoryPages(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	signUp(s, "bob").insert(3, "image-from-text", "failed")
	ada.insert(30, "image-from-reference", "succeeded")
	ada.insert(25, "image-from-text", "succeeded")
	ten := func(n int) *int { return &n }
	cases := map[string]struct {
		query                        string
		limit, offset, total, length int
		next                         *int
	}{
		"nothing said":            {"", 20, 0, 55, 20, ten(20)},
		"second page":             {"limit=20&offset=20", 20, 20, 55, 20, ten(40)},
		"last page":               {"limit=20&offset=40", 20, 40, 55, 15, nil},
		"beyond the end":          {"offset=60", 20, 60, 55, 0, nil},
		"clamped":                 {"limit=1000&offset=-5", 50, 0, 55, 50, ten(50)},
		"clamped the other way":   {"limit=0&offset=99999", 1, 10000, 55, 0, nil},
		"negative limit":          {"limit=-3", 1, 0, 55, 1, ten(1)},
		"numbers with a tail":     {"limit=2abc&offset=2.9", 2, 2, 55, 2, ten(4)},
		"an exponent is a tail":   {"limit=1e1", 1, 0, 55, 1, ten(1)},
		"hexadecimal is a tail":   {"limit=0x10", 1, 0, 55, 1, ten(1)},
		"escapes good and bad":    {"%6cimit=%32%zz", 2, 0, 55, 2, ten(2)},
		"white space and sign":    {"limit=%20%0A%EF%BB%BF%E3%80%80%2B3", 3, 0, 55, 3, ten(3)},
		"no number":               {"limit=abc&offset=", 20, 0, 55, 20, ten(20)},
		"a sign alone":            {"limit=-", 20, 0, 55, 20, ten(20)},
		"more digits than fit":    {"limit=99999999999999999999999", 50, 0, 55, 50, ten(50)},
		"the first counts":        {"limit=3&limit=4", 3, 0, 55, 3, ten(3)},
		"a semicolon is no end":   {"limit=3;limit=4", 3, 0, 55, 3, ten(3)},
		"a broken escape":         {"%zz=1&limit=3%", 3, 0, 55, 3, ten(3)},
		"by workflow":             {"workflow=image-from-text", 20, 0, 25, 20, ten(20)},
		"by status":               {"status=failed", 20, 0, 0, 0, nil},
		"by both":                 {"workflow=image-from-reference&status=succeeded&limit=50", 50, 0, 30, 30, nil},
		"unknown words":           {"workflow=Image-From-Text&status=done", 20, 0, 55, 20, ten(20)},
		"an escaped name":         {"%6Cimit=4", 4, 0, 55, 4, ten(4)},
		"an equals sign too many": {"limit=4=5", 4, 0, 55, 4, ten(4)},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			response := ada.get("/api/history?" + tc.query)
			require.Equal(t, http.StatusOK, response.Code, response.Body)
			page := decode[historyPage](t, response)
			assert.Equal(t, tc.limit, page.Pagination.Limit)
			assert.Equal(t, tc.offset, page.Pagination.Offset)
			assert.Equal(t, tc.total, page.Pagination.Total)
			assert.Equal(t, tc.next, page.Pagination.NextOffset)
			assert.Len(t, page.Items, tc.length)
		})
	}
}

// Defect 11: the order within a second was random.
func TestHistoryOrder(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	ada.insert(12, "image-from-text", "succeeded")
	items := decode[historyPage](t, ada.get("/api/history")).Items
	for i, item := range items {
		assert.Equal(t, fmt.Sprintf("image-from-text-succeeded-%02d", 11-i), item.ID)
	}
}

func TestHistoryShow(t *testing.T) {
	s := apitest.New(t)
	ada, bob := signUp(s, "ada"), signUp(s, "bob")
	id := ada.generate()
	s.SQL(`INSERT INTO generation (id, user_id, workflow, status, input_json, output_json, created_at, updated_at) VALUES ('old', ?, 'image-from-text', 'succeeded', 'not json', '{"images":[{"url":"x"}]}', 1, 1)`, ada.id)
	anonymous := &user{World: s}
	cases := map[string]struct {
		as   *user
		path string
		want int
		body string
	}{
		"owner":          {ada, id, http.StatusOK, ""},
		"token only":     {ada.withTokenOnly(), id, http.StatusOK, ""},
		"another user":   {bob, id, http.StatusNotFound, `{"error":"History item not found."}`},
		"signed out":     {anonymous, id, http.StatusUnauthorized, ""},
		"no such id":     {ada, "none", http.StatusNotFound, `{"error":"History item not found."}`},
		"other's image":  {bob, id + "/asset", http.StatusNotFound, `{"error":"History item asset not found."}`},
		"no image":       {ada, "old/asset", http.StatusNotFound, `{"error":"History item asset not found."}`},
		"no reference":   {ada, id + "/reference", http.StatusNotFound, `{"error":"History item asset not found."}`},
		"unread input":   {ada, "old", http.StatusOK, ""},
		"trailing slash": {ada, id + "/", http.StatusNotFound, `{"error":"Not found"}`},
		"NUL as the id":  {ada, "%00", http.StatusNotFound, `{"error":"History item not found."}`},
		"strange id":     {ada, "%27%20OR%201=1", http.StatusNotFound, `{"error":"History item not found."}`},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			response := tc.as.get("/api/history/" + tc.path)
			require.Equal(t, tc.want, response.Code, response.Body)
			if tc.body != "" {
				assert.JSONEq(t, tc.body, response.Body.String())
			}
		})
	}
	item := decode[struct {
		Item struct{ Input, Output json.RawMessage }
	}](t, ada.get("/api/history/old")).Item
	assert.Equal(t, "null", string(item.Input))
	assert.JSONEq(t, `{"images":[{"url":"x"}]}`, string(item.Output))
	head := ada.do(http.MethodHead, "/api/history/"+id, "")
	assert.Equal(t, http.StatusOK, head.Code)

	s.SQL("UPDATE generation SET r2_key = 'users/gone' WHERE id = ?", id)
	assert.Equal(t, http.StatusNotFound, ada.get("/api/history/"+id+"/asset").Code, "the row knows an object that is gone")
}

// Defect 9: without a bucket the history never showed an image.
func TestHistoryWithoutBucket(t *testing.T) {
	s := apitest.New(t, withoutBucket)
	ada := signUp(s, "ada")
	id := ada.generate()
	item := decode[historyPage](t, ada.get("/api/history")).Items[0]
	require.NotNil(t, item.AssetURL)
	assert.Equal(t, "https://images.example.test/0.png?Expires=1", *item.AssetURL)
	s.Later(25 * time.Hour)
	assert.Nil(t, decode[historyPage](t, ada.withTokenOnly().get("/api/history")).Items[0].AssetURL, "the provider has dropped it")
	asset := ada.withTokenOnly().get("/api/history/" + id + "/asset")
	assert.Equal(t, "BACKEND_MISCONFIGURED", failure(t, asset))

	anonymous := &user{World: s}
	assert.Equal(t, http.StatusUnauthorized, anonymous.get("/api/history/"+id+"/asset").Code)
	assert.Equal(t, http.StatusOK, ada.do(http.MethodDelete, "/api/history/"+id, "").Code)
}

func TestSmallReferenceWithoutBucket(t *testing.T) {
	s := apitest.New(t, withoutBucket)
	ada := signUp(s, "ada")
	const image = "data:image/png;base64,iVBORw0KGgo="
	require.Equal(t, http.StatusOK, ada.do(http.MethodPost, referenceRoute, `{"prompt":"p","referenceImageUrl":"`+image+`"}`).Code)
	assert.Equal(t, image, s.SQL("SELECT json_extract(input_json, '$.referenceImage') FROM generation")[0].Text(0))
	photo, _ := photoBody(1 << 20)
	require.Equal(t, http.StatusOK, ada.do(http.MethodPost, referenceRoute, photo).Code)
	assert.Less(t, s.SQL("SELECT length(input_json) FROM generation ORDER BY rowid DESC LIMIT 1")[0].Int(0), int64(1000))
}

func TestHistoryDelete(t *testing.T) {
	s := apitest.New(t)
	ada, bob := signUp(s, "ada"), signUp(s, "bob")
	response := ada.do(http.MethodPost, referenceRoute, `{"prompt":"p","referenceImageUrl":"data:image/png;base64,iVBORw0KGgo=","n":3}`)
	id := decode[struct{ GenerationID string }](t, response).GenerationID
	require.Len(t, s.Bucket.Objects, 4)
	assert.Equal(t, http.StatusNotFound, bob.do(http.MethodDelete, "/api/history/"+id, "").Code)
	require.Len(t, s.Bucket.Objects, 4)

	deleted := ada.do(http.MethodDelete, "/api/history/"+id, "")
	assert.Equal(t, http.StatusOK, deleted.Code)
	assert.JSONEq(t, `{"id":"`+id+`","deleted":true}`, deleted.Body.String())
	assert.Empty(t, s.Bucket.Objects, "every object of it goes")
	assert.Empty(t, s.SQL("SELECT 1 FROM generation_asset"))
	assert.Len(t, s.SQL("SELECT 1 FROM credit_ledger WHERE generation_id = ?", id), 1, "the ledger stays")
	assert.Equal(t, http.StatusNotFound, ada.do(http.MethodDelete, "/api/history/"+id, "").Code)
}

// A generation that is deleted while it is made leaves nothing behind, and its credit is refunded if it fails.
func TestDeleteWhilePending(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	status := http.StatusOK
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
		id := s.SQL("SELECT id FROM generation")[0].Text(0)
		assert.Equal(t, http.StatusOK, ada.do(http.MethodDelete, "/api/history/"+id, "").Code)
		w.WriteHeader(status)
		apitest.SendImages(w, 1)
	}
	assert.Equal(t, http.StatusOK, ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`).Code)
	assert.Empty(t, s.Bucket.Objects)
	assert.Equal(t, [2]int64{4, 5}, ada.balance())

	status = http.StatusBadRequest
	assert.Equal(t, http.StatusBadGateway, ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`).Code)
	assert.Equal(t, [2]int64{4, 5}, ada.balance())
}
