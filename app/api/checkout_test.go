package api_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/billing"
	"github.com/addreams/addreams/app/store"
)

func TestCheckoutRefusals(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	for body, want := range map[string]int{
		``: 400, `{}`: 400, `{"pack":"gold"}`: 400, `{"pack":7}`: 400, `[]`: 400, strings.Repeat("[", 5000): 400,
		`{"pack":"starter","returnUrl":"https://evil.test/"}`:                                      400,
		`{"pack":"starter","returnUrl":"//evil.test/"}`:                                            400,
		`{"pack":"starter","returnUrl":"javascript:alert(1)"}`:                                     400,
		`{"pack":"starter","returnUrl":"http://localhost:5173@evil.test/"}`:                        400,
		`{"pack":"starter","returnUrl":"http://u:p@localhost:5173/"}`:                              400,
		`{"pack":"starter","returnUrl":"http://localhost:5173/` + strings.Repeat("a", 2000) + `"}`: 400,
	} {
		status, _ := ada.checkout(body)
		assert.Equal(t, want, status, body)
	}
	status, _ := (&user{World: s}).checkout(starter)
	assert.Equal(t, http.StatusUnauthorized, status)
	status, _ = ada.checkout(starter, "Origin", "https://evil.test", "Content-Type", "text/plain")
	assert.Equal(t, http.StatusForbidden, status)
	status, _ = ada.checkout(starter, "Idempotency-Key", strings.Repeat("k", 256))
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Empty(t, s.Stripe.Forms, "Stripe was not asked")

	for range 20 {
		status, _ = ada.checkout(starter)
		require.Equal(t, http.StatusOK, status)
	}
	status, code := ada.checkout(starter)
	assert.Len(t, s.Stripe.Forms, 20, "Stripe was not asked")
	assert.Equal(t, http.StatusTooManyRequests, status)
	assert.Equal(t, "TOO_MANY_CHECKOUTS", code)
	s.Later(time.Hour + time.Second)
	status, _ = ada.checkout(starter)
	assert.Equal(t, http.StatusOK, status)
}

// Of many requests at once, no more pass than may be left unpaid.
func TestCheckoutsAtOnce(t *testing.T) {
	s := apitest.New(t, apitest.Silent)
	ada, bob := signUp(s, "ada"), signUp(s, "bob")
	var all sync.WaitGroup
	var opened atomic.Int64
	for range 60 {
		all.Go(func() {
			if status, _ := ada.checkout(starter); status == http.StatusOK {
				opened.Add(1)
			}
		})
	}
	all.Wait()

	assert.Equal(t, int64(20), opened.Load())
	assert.Len(t, s.Stripe.Forms, 20, "Stripe was asked no more often")
	assert.Equal(t, int64(20), s.Count("SELECT count(*) FROM credit_purchase WHERE checkout_id LIKE 'cs_test_%'"))
	status, _ := bob.checkout(starter)
	assert.Equal(t, http.StatusOK, status, "another user has a limit of their own")

	s.Delivered(s.Stripe.Paid("evt_1", 0))
	status, _ = ada.checkout(starter)
	assert.Equal(t, http.StatusOK, status, "one is paid")
}

// Stripe limits the calls of all users together, so that one user's must not use them up: neither the same one again and again, nor
// those that fail.
func TestOneUserCallsStripeSeldom(t *testing.T) {
	cases := map[string]struct {
		headers []string
		answer  http.HandlerFunc
	}{
		"repeated": {headers: []string{"Idempotency-Key", "k"}},
		"failing":  {answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) }},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t, apitest.Silent)
			ada, bob := signUp(s, "ada"), signUp(s, "bob")
			s.Stripe.Answer = tc.answer
			var asked sync.WaitGroup
			for range 200 {
				asked.Go(func() { ada.checkout(starter, tc.headers...) })
			}
			asked.Wait()
			for range 100 {
				ada.checkout(starter, tc.headers...)
			}

			assert.Len(t, s.Stripe.Forms, billing.MaxAsked)
			s.Stripe.Answer = nil
			status, _ := bob.checkout(starter)
			assert.Equal(t, http.StatusOK, status)
			s.Later(time.Hour + time.Second)
			status, _ = ada.checkout(starter)
			assert.Equal(t, http.StatusOK, status)
		})
	}
}

// A user who is deleted while Stripe makes the page gets none, and leaves nothing that can be paid.
func TestUserIsDeletedDuringCheckout(t *testing.T) {
	for _, before := range []string{"", "INSERT INTO credit_ledger (id, user_id, workflow, delta, reason, created_at) SELECT 'l', id, 'image-from-text', 1, 'grant', 1 FROM user"} {
		s := apitest.New(t, apitest.Silent)
		ada := signUp(s, "ada")
		if before != "" {
			s.SQL(before) // so that the user stays, without name and address
		}
		s.Stripe.Answer = func(w http.ResponseWriter, _ *http.Request) {
			_, err := store.New(s.DB).DeleteUser(t.Context(), ada.id, s.Now())
			require.NoError(t, err)
			_, _ = io.WriteString(w, `{"id":"cs_test_0","url":"https://checkout.stripe.com/c/pay/cs_test_0"}`)
		}

		status, _ := ada.checkout(starter)

		assert.Equal(t, http.StatusUnauthorized, status)
		assert.Empty(t, s.SQL("SELECT 1 FROM credit_purchase"))
	}
}

func TestCheckoutByKey(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	for scope, want := range map[string]int{"credits": http.StatusOK, "read": http.StatusForbidden} {
		created := ada.do(http.MethodPost, "/api/auth/api-key/create", `{"permissions":{"api":["`+scope+`"]}}`, "Content-Type", "application/json", "Origin", apitest.PublicURL)
		key := decode[struct{ Key string }](t, created).Key
		status, _ := (&user{World: s}).checkout(starter, "x-api-key", key)
		assert.Equal(t, want, status, scope)
	}
}

// A checkout with a key is one session at Stripe, however often it is asked for; another pack is another.
func TestCheckoutTwice(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	var urls []string
	for _, body := range []string{starter, starter, `{"pack":"shoots"}`} {
		_, url := ada.checkout(body, "Idempotency-Key", "k")
		urls = append(urls, url)
	}
	assert.Equal(t, urls[0], urls[1])
	assert.NotEqual(t, urls[0], urls[2])
	assert.Len(t, s.SQL("SELECT 1 FROM credit_purchase"), 2)
}

func TestStripeFails(t *testing.T) {
	cases := map[string]struct {
		status int
		body   string
		want   string
		calls  int
	}{
		"a wrong key":        {401, `{"error":{"type":"invalid_request_error","message":"Invalid API Key provided: sk_test_of-the-tests"}}`, "UPSTREAM_AUTH_ERROR", 1},
		"the key is in use":  {409, `{"error":{"type":"idempotency_error"}}`, "UPSTREAM_UNAVAILABLE", 2},
		"a wrong parameter":  {400, `{"error":{"type":"invalid_request_error","code":"parameter_unknown"}}`, "UPSTREAM_REQUEST_FAILED", 1},
		"too many requests":  {429, `{}`, "UPSTREAM_UNAVAILABLE", 2},
		"it is down":         {503, `<html>`, "UPSTREAM_UNAVAILABLE", 2},
		"no JSON":            {200, `<html>`, "UPSTREAM_MALFORMED_RESPONSE", 1},
		"no address":         {200, `{"id":"cs_1"}`, "UPSTREAM_MALFORMED_RESPONSE", 1},
		"a strange address":  {200, `{"id":"cs_1","url":"javascript:alert(1)"}`, "UPSTREAM_MALFORMED_RESPONSE", 1},
		"a very deep answer": {200, strings.Repeat("[", 100_000), "UPSTREAM_MALFORMED_RESPONSE", 1},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			s := apitest.New(t, apitest.LogTo(&log))
			ada := signUp(s, "ada")
			s.Stripe.Answer = func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body))
			}
			_, code := ada.checkout(starter)
			assert.Equal(t, tc.want, code)
			assert.Len(t, s.Stripe.Forms, tc.calls)
			assert.Empty(t, s.SQL("SELECT 1 FROM credit_purchase"))
			for _, secret := range []string{apitest.StripeKey, apitest.StripeSecret, "ada@example.test"} {
				assert.NotContains(t, log.String(), secret)
			}
		})
	}
}
