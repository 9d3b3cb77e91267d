package api_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
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
		"mode": "payment", "adaptive_pricing[enabled]": "false", "client_reference_id": ada.id, "metadata[user_id]": ada.id, "metadata[pack]": "starter",
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

// Packs that are not sold any more can't be ordered, but what was offered is paid, refunded and disputed as before.
func TestSellingHasEnded(t *testing.T) {
	for _, packs := range []string{"other=usd:500:1:1", " none "} {
		s := apitest.New(t)
		ada := buyer(s)
		s.Env[binding.CreditPacks] = packs
		s.Start()

		status, _ := ada.checkout(starter)
		assert.Equal(t, http.StatusBadRequest, status, packs)
		assert.NotContains(t, ada.get("/api/credits").Body.String(), "starter", packs)
		s.Delivered(s.Stripe.Paid("evt_1", 0))
		assert.Equal(t, [2]int64{15, 10}, ada.balance(), packs)
		s.Delivered(apitest.StripeRefunded("evt_2", 0, 1000))
		assert.Equal(t, [2]int64{5, 5}, ada.balance(), packs)
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
