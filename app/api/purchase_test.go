package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/billing"
	"github.com/addreams/addreams/app/binding"
)

// checkout opens a page for a pack.
func (u *user) checkout(body string, headers ...string) (status int, url string) {
	u.T.Helper()
	response := u.do(http.MethodPost, "/api/credits/checkout", body, append([]string{"Content-Type", "application/json"}, headers...)...)
	if response.Code != http.StatusOK {
		return response.Code, failure(u.T, response)
	}
	return response.Code, decode[struct{ URL string }](u.T, response).URL
}

const starter = `{"pack":"starter"}`

// buyer is a user who has opened a page for the pack starter: 10 product shoots and 5 ad graphics for 1000 cents.
func buyer(s *apitest.World) *user {
	s.T.Helper()
	ada := signUp(s, "ada")
	status, _ := ada.checkout(starter)
	require.Equal(s.T, http.StatusOK, status)
	return ada
}

// assertBooks fails if a user's balance is not the five credits of the beginning and the ledger's sum, or below zero.
func assertBooks(t *testing.T, u *user, message ...any) {
	t.Helper()
	sum := func(workflow string) int64 {
		return u.Count("SELECT coalesce(sum(delta), 0) FROM credit_ledger WHERE user_id = ? AND workflow = ?", u.id, workflow)
	}
	balance := u.balance()
	require.Equal(t, [2]int64{5 + sum("image-from-text"), 5 + sum("image-from-reference")}, balance, message...)
	require.GreaterOrEqual(t, min(balance[0], balance[1]), int64(0), message...)
}

func TestPurchase(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	credits := decode[struct{ Packs []map[string]any }](t, ada.get("/api/credits"))
	assert.Equal(t, map[string]any{"id": "starter", "productShoots": 10.0, "adGraphics": 5.0, "amount": 1000.0, "currency": "usd"}, credits.Packs[0])

	status, url := ada.checkout(`{"pack":"starter","amount":1,"productShoots":1000,"returnUrl":"` + apitest.Frontend + `/credits?tab=buy"}`)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "https://checkout.stripe.com/c/pay/cs_test_0", url)
	form := s.Stripe.Forms[0]
	for name, want := range map[string]string{
		"mode": "payment", "client_reference_id": ada.id, "metadata[user_id]": ada.id, "metadata[pack]": "starter",
		"line_items[0][quantity]": "1", "line_items[0][price_data][unit_amount]": "1000", "line_items[0][price_data][currency]": "usd",
		"line_items[0][price_data][product_data][name]": "10 product shoots and 5 ad graphics",
		"success_url": apitest.Frontend + "/credits?checkout=success&tab=buy", "cancel_url": apitest.Frontend + "/credits?checkout=cancel&tab=buy",
	} {
		assert.Equal(t, want, form.Get(name), name)
	}
	assert.Equal(t, [2]int64{5, 5}, ada.balance(), "nothing is paid yet")

	s.Delivered(s.Stripe.Paid("evt_1", 0))
	assert.Equal(t, [2]int64{15, 10}, ada.balance())
	answer := decode[creditsAnswer](t, ada.get("/api/credits"))
	assert.Equal(t, "paid", answer.AccountType)
	require.Len(t, answer.Entries, 2)
	for _, entry := range answer.Entries {
		assert.Equal(t, "purchase", entry.Reason)
		assert.Equal(t, "Pack starter", *entry.Note)
	}
	assertBooks(t, ada)
}

// Whoever has opened no profile yet gets one with the free credits, and then those that were bought.
func TestPurchaseWithoutAProfile(t *testing.T) {
	s := apitest.New(t)
	ada := buyer(s)
	s.SQL("DELETE FROM user_profile")
	s.Delivered(s.Stripe.Paid("evt_1", 0))
	assert.Equal(t, [2]int64{11, 6}, ada.balance())
}

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
	assert.Equal(t, http.StatusTooManyRequests, status)
	assert.Equal(t, "TOO_MANY_CHECKOUTS", code)
	s.Later(time.Hour + time.Second)
	status, _ = ada.checkout(starter)
	assert.Equal(t, http.StatusOK, status)
}

// Stripe limits the calls of all users together, so that one user's must not use them up: neither many at once, nor the same one
// again and again, nor those that fail.
func TestOneUserCallsStripeSeldom(t *testing.T) {
	cases := map[string]struct {
		headers []string
		answer  http.HandlerFunc
	}{
		"at once":  {},
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

			assert.LessOrEqual(t, len(s.Stripe.Forms), billing.MaxAsked)
			s.Stripe.Answer = nil
			status, _ := bob.checkout(starter)
			assert.Equal(t, http.StatusOK, status)
			s.Later(time.Hour + time.Second)
			status, _ = ada.checkout(starter)
			assert.Equal(t, http.StatusOK, status)
		})
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

// Without all of the settings the routes do not exist, and the log says what is missing.
func TestSellingIsOff(t *testing.T) {
	for _, missing := range []string{binding.StripeSecretKey, binding.StripeWebhookSecret, binding.CreditPacks} {
		var log bytes.Buffer
		s := apitest.New(t, apitest.LogTo(&log))
		s.Env[missing] = ""
		s.Start()
		ada := signUp(s, "ada")
		assert.Equal(t, http.StatusNotFound, ada.do(http.MethodPost, "/api/credits/checkout", starter).Code, missing)
		assert.Equal(t, http.StatusNotFound, s.Deliver(`{}`).Code, missing)
		assert.NotContains(t, ada.get("/api/credits").Body.String(), "packs", missing)
		assert.Contains(t, log.String(), "no credits are sold", missing)
	}
}
