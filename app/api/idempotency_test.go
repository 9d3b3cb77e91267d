package api_test

import (
	"fmt"
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

// order sends an order with a key.
func (u *user) order(key, path, body string) *httptest.ResponseRecorder {
	return u.do(http.MethodPost, path, body, "Idempotency-Key", key)
}

// debits are how many credits the user has paid, and refunds how many were given back.
func (u *user) debits() (debits, refunds int64) {
	row := u.SQL(`SELECT
		(SELECT count(*) FROM credit_ledger WHERE user_id = ? AND reason = 'generation_debit'),
		(SELECT count(*) FROM credit_ledger WHERE user_id = ? AND reason = 'generation_refund')`, u.id, u.id)[0]
	return row.Int(0), row.Int(1)
}

const wish = `{"prompt":"a shoe"}`

func TestOrderSentAgain(t *testing.T) {
	s := apitest.New(t)
	ada, bob := signUp(s, "ada"), signUp(s, "bob")
	first := ada.order("key-1", textRoute, wish)
	require.Equal(t, http.StatusOK, first.Code, first.Body)
	assert.Empty(t, first.Header().Get("Idempotent-Replayed"))

	again := ada.order("key-1", textRoute, wish)
	assert.Equal(t, http.StatusOK, again.Code)
	assert.Equal(t, first.Body.String(), again.Body.String(), "byte for byte")
	assert.Equal(t, "true", again.Header().Get("Idempotent-Replayed"))
	assert.Equal(t, first.Header().Get("Content-Type"), again.Header().Get("Content-Type"))
	assert.Len(t, s.Images.Bodies, 1, "the provider was asked once")

	for name, other := range map[string]*httptest.ResponseRecorder{
		"another prompt": ada.order("key-1", textRoute, `{"prompt":"a hat"}`),
		"another route":  ada.order("key-1", referenceRoute, `{"prompt":"a shoe","referenceImageUrl":"https://a.test/b"}`),
	} {
		assert.Equal(t, http.StatusUnprocessableEntity, other.Code, name)
		assert.Equal(t, "IDEMPOTENCY_KEY_REUSED", failure(t, other), name)
		assert.NotContains(t, other.Body.String(), "generationId", name)
	}
	assert.Equal(t, http.StatusOK, bob.order("key-1", textRoute, `{"prompt":"a hat"}`).Code, "another user has keys of their own")
	assert.Equal(t, [2]int64{4, 5}, ada.balance())
	assert.Equal(t, http.StatusOK, ada.do(http.MethodPost, textRoute, wish).Code, "without a key, an order is a new one")
	assert.Equal(t, [2]int64{3, 5}, ada.balance())

	id := decode[struct{ GenerationID string }](t, first).GenerationID
	require.Equal(t, http.StatusOK, ada.do(http.MethodDelete, "/api/history/"+id, "").Code)
	assert.Equal(t, first.Body.String(), ada.order("key-1", textRoute, wish).Body.String(), "the answer outlives the generation")
}

// A failure that was charged and refunded is the answer to every repetition, too.
func TestFailedOrderSentAgain(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"code":"DataInspectionFailed","message":"no","request_id":"r"}`)
	}
	first := ada.order("key-1", textRoute, wish)
	require.Equal(t, http.StatusBadGateway, first.Code, first.Body)

	s.Images.Answer = nil
	again := ada.order("key-1", textRoute, wish)
	assert.Equal(t, first.Code, again.Code)
	assert.Equal(t, first.Body.String(), again.Body.String())
	assert.Equal(t, first.Header().Get("X-Addreams-Retryable"), again.Header().Get("X-Addreams-Retryable"))
	assert.Equal(t, "true", again.Header().Get("Idempotent-Replayed"))
	assert.Len(t, s.Images.Bodies, 1)
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
}

// An order that is refused before the debit leaves its key free.
func TestRefusedOrderSentAgain(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	s.SQL("UPDATE user_profile SET credits_product_shoots = 0")
	assert.Equal(t, http.StatusBadRequest, ada.order("key-1", textRoute, `{"prompt":""}`).Code)
	assert.Equal(t, http.StatusPaymentRequired, ada.order("key-1", textRoute, wish).Code)
	assert.Empty(t, s.SQL("SELECT 1 FROM idempotency_key"))

	s.SQL("UPDATE user_profile SET credits_product_shoots = 1")
	assert.Equal(t, http.StatusOK, ada.order("key-1", textRoute, wish).Code)
}

func TestOrderSentAgainTooEarly(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	var early, other *httptest.ResponseRecorder
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
		early = ada.order("key-1", textRoute, wish)
		other = ada.order("key-1", textRoute, `{"prompt":"a hat"}`)
		apitest.SendImages(w, 1)
	}
	first := ada.order("key-1", textRoute, wish)

	require.Equal(t, http.StatusOK, first.Code, first.Body)
	assert.Equal(t, http.StatusConflict, early.Code)
	assert.Equal(t, "IDEMPOTENCY_KEY_IN_USE", failure(t, early))
	assert.Equal(t, "2", early.Header().Get("Retry-After"))
	assert.Equal(t, decode[struct{ GenerationID string }](t, first).GenerationID, decode[struct{ GenerationID string }](t, early).GenerationID)
	assert.Equal(t, http.StatusUnprocessableEntity, other.Code)
	assert.Equal(t, [2]int64{4, 5}, ada.balance())
}

func TestKeysThatAreNone(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	for name, key := range map[string]string{"empty": "", "long": strings.Repeat("k", 256), "bytes": "ключ", "control": "a\tb"} {
		response := ada.order(key, textRoute, wish)
		assert.Equal(t, http.StatusBadRequest, response.Code, name)
		assert.Equal(t, "INVALID_REQUEST", failure(t, response), name)
	}
	video := ada.order("ключ", "/api/workflows/video-from-reference", `{"prompt":"p","referenceImageUrl":"https://a.test/b"}`)
	assert.Equal(t, http.StatusBadRequest, video.Code, "where there are no videos, too")
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
	assert.Equal(t, http.StatusOK, ada.order(strings.Repeat("k", 255), textRoute, wish).Code)
}

func TestKeysExpire(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	require.Equal(t, http.StatusOK, ada.order("key-1", textRoute, wish).Code)
	s.Later(24*time.Hour - time.Second)
	sweep(s)
	assert.Equal(t, "true", ada.order("key-1", textRoute, wish).Header().Get("Idempotent-Replayed"))

	s.Later(time.Second)
	assert.Empty(t, ada.order("key-1", textRoute, wish).Header().Get("Idempotent-Replayed"), "before the schedule has run, too")
	assert.Equal(t, [2]int64{3, 5}, ada.balance())
	s.Later(24 * time.Hour)
	sweep(s)
	assert.Empty(t, s.SQL("SELECT 1 FROM idempotency_key"))
}

func TestParallelOrdersWithOneKey(t *testing.T) {
	s := apitest.New(t, apitest.Silent)
	ada := signUp(s, "ada")
	s.SQL("UPDATE user_profile SET credits_product_shoots = 500")
	var wait sync.WaitGroup
	var mutex sync.Mutex
	codes, ids := map[int]int{}, map[string]int{}
	for range 200 {
		wait.Go(func() {
			response := ada.order("key-1", textRoute, wish)
			mutex.Lock()
			defer mutex.Unlock()
			codes[response.Code]++
			ids[decode[struct{ GenerationID string }](t, response).GenerationID]++
		})
	}
	wait.Wait()

	assert.Equal(t, 200, codes[http.StatusOK]+codes[http.StatusConflict], codes)
	assert.Positive(t, codes[http.StatusOK])
	assert.Len(t, ids, 1, "every answer names the one generation")
	assert.Len(t, s.Images.Bodies, 1)
	assert.Len(t, s.SQL("SELECT 1 FROM generation"), 1)
	debits, refunds := ada.debits()
	assert.Equal(t, [2]int64{1, 0}, [2]int64{debits, refunds})
	assert.EqualValues(t, 499, ada.balance()[0])
	assert.Equal(t, http.StatusOK, ada.order("key-1", textRoute, wish).Code, "and in the end, all get the image")
}

// The program that resumes an order answers under its key as the first one would have.
func TestResumedOrderSentAgain(t *testing.T) {
	left := &notes{answer: answered(func(w http.ResponseWriter) { apitest.SendImages(w, 1) })}
	s := apitest.New(t, withNotes(left))
	ada := signUp(s, "ada")
	var resumed *httptest.ResponseRecorder
	s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
		resumed = ada.recover(left.left)
		w.WriteHeader(http.StatusInternalServerError)
	}
	ada.order("key-1", textRoute, wish)

	again := ada.order("key-1", textRoute, wish)
	assert.Equal(t, http.StatusOK, again.Code)
	assert.Equal(t, resumed.Body.String(), again.Body.String())
	assert.Equal(t, [2]int64{4, 5}, ada.balance())
	assert.NotContains(t, string(left.left), "key-1")
}

// A page may send a key, and read whether the answer is a repetition. For pages that send none, the headers are as they were.
func TestKeysAcrossOrigins(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	preflight := func(asked string) string {
		return ada.do(http.MethodOptions, textRoute, "", "Origin", apitest.Frontend, "Access-Control-Request-Headers", asked).Header().Get("Access-Control-Allow-Headers")
	}
	assert.Equal(t, "Content-Type,Authorization", preflight("content-type"))
	assert.Equal(t, "Content-Type,Authorization,Idempotency-Key,X-Request-Id,X-Api-Key,Prefer", preflight("content-type, idempotency-key"))
	assert.Contains(t, preflight("content-type,prefer"), "Prefer")

	assert.Empty(t, ada.get("/api/me", "Origin", apitest.Frontend).Header().Get("Access-Control-Expose-Headers"))
	sent := ada.do(http.MethodPost, textRoute, wish, "Origin", apitest.Frontend, "Idempotency-Key", "key-1")
	assert.Contains(t, sent.Header().Get("Access-Control-Expose-Headers"), "Idempotent-Replayed")
}

func TestRequestIDs(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	const uuid = `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$`
	for _, path := range []string{"/api/me", "/api/history", "/api/health", "/api/auth/get-session", "/api/nothing", "/nothing"} {
		assert.Regexp(t, uuid, ada.get(path).Header().Get("X-Request-Id"), path)
	}

	for sent, taken := range map[string]bool{
		"trace-1_A": true, strings.Repeat("7", 64): true,
		"": false, "schedule": false, strings.Repeat("7", 65): false, "a b": false, "a\"b": false, "ü": false, "<script>": false,
	} {
		answer := ada.do(http.MethodPost, textRoute, `{}`, "X-Request-Id", sent)
		id := answer.Header().Get("X-Request-Id")
		assert.Equal(t, taken, id == sent, sent)
		assert.Equal(t, id, decode[struct{ RequestID string }](t, answer).RequestID, "as in the body")
	}
}

func TestKeysCostOneTrip(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	assert.Equal(t, 4, s.DB.TripsOf(func() { ada.order("key-1", textRoute, wish) }), "the session, the key, the beginning, the end")
	assert.Equal(t, 2, s.DB.TripsOf(func() { ada.order("key-1", textRoute, wish) }))
}
