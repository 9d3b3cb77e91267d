package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/addreams/addreams/app/api/apitest"
)

func TestSignatures(t *testing.T) {
	s := apitest.New(t)
	ada := buyer(s)
	now := s.Now()
	body := s.Stripe.Paid("evt_1", 0)
	mac := apitest.StripeMAC(apitest.StripeSecret, now, body)
	stale, early := now.Add(-301*time.Second), now.Add(301*time.Second)
	head := func(at time.Time, mac string) string { return fmt.Sprintf("t=%d,v1=%s", at.Unix(), mac) }
	refused := map[string]string{
		"none":                   "",
		"without a time":         "v1=" + mac,
		"without a signature":    fmt.Sprintf("t=%d", now.Unix()),
		"of another secret":      head(now, apitest.StripeMAC("whsec_other", now, body)),
		"of no secret":           head(now, apitest.StripeMAC("", now, body)),
		"of another body":        head(now, apitest.StripeMAC(apitest.StripeSecret, now, body+" ")),
		"of another time":        head(now.Add(time.Second), mac),
		"too old":                head(stale, apitest.StripeMAC(apitest.StripeSecret, stale, body)),
		"of the future":          head(early, apitest.StripeMAC(apitest.StripeSecret, early, body)),
		"of an older scheme":     fmt.Sprintf("t=%d,v0=%s", now.Unix(), mac),
		"cut short":              head(now, mac[:62]),
		"no hex":                 head(now, strings.Repeat("x", 64)),
		"two times":              fmt.Sprintf("t=%d,%s", stale.Unix(), head(now, mac)),
		"too many signatures":    head(now, strings.Repeat(strings.Repeat("0", 64)+",v1=", 8)+mac),
		"a time in another form": fmt.Sprintf("t=%dx,v1=%s", now.Unix(), mac),
	}
	for name, header := range refused {
		response := s.DeliverSigned(body, header)
		assert.Equal(t, http.StatusBadRequest, response.Code, name)
		assert.Contains(t, response.Body.String(), "The signature is missing, wrong or too old.", name)
	}
	assert.Equal(t, http.StatusRequestEntityTooLarge, s.Deliver(body+strings.Repeat(" ", 128<<10)).Code)
	assert.Equal(t, http.StatusBadRequest, s.Deliver(strings.Repeat("[", 100_000)).Code, "signed, and too deep")
	assert.Equal(t, http.StatusBadRequest, s.Deliver(`{"id":7}`).Code)
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
	assert.Empty(t, s.SQL("SELECT 1 FROM stripe_event"))

	rolled := fmt.Sprintf("t=%d,v1=%s,v1=%s", now.Unix(), apitest.StripeMAC("whsec_new", now, body), mac)
	assert.Equal(t, http.StatusOK, s.DeliverSigned(body, rolled).Code, "while the secret is replaced")
	assert.Equal(t, [2]int64{15, 10}, ada.balance())
}

// What is paid must be what was offered, to whom it was offered. The rest gives nothing, and an operator reads of it.
func TestPaymentsThatWereNotOffered(t *testing.T) {
	cases := map[string]map[string]any{
		"another amount":   {"amount_total": 1},
		"another currency": {"currency": "jpy"},
		"another pack":     {"metadata": map[string]string{"pack": "shoots"}},
		"another user":     {"client_reference_id": "USER"},
		"nobody":           {"client_reference_id": nil},
		"another session":  {"id": "cs_test_unknown"},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			s := apitest.New(t, apitest.LogTo(&log))
			ada, bob := buyer(s), signUp(s, "bob")
			if change["client_reference_id"] == "USER" {
				change["client_reference_id"] = bob.id
			}
			s.Delivered(s.Stripe.Paid("evt_1", 0, change))
			assert.Equal(t, [2]int64{5, 5}, ada.balance())
			assert.Equal(t, [2]int64{5, 5}, bob.balance())
			assert.Empty(t, s.SQL("SELECT 1 FROM credit_ledger"))
			assert.Contains(t, log.String(), "payment_needs_operator")
		})
	}

	for name, change := range map[string]map[string]any{
		"it is not paid": {"payment_status": "unpaid"}, "no payment is needed": {"payment_status": "no_payment_required"},
		"a subscription": {"mode": "subscription"},
	} {
		s := apitest.New(t)
		ada := buyer(s)
		s.Delivered(s.Stripe.Paid("evt_1", 0, change))
		assert.Equal(t, [2]int64{5, 5}, ada.balance(), name)
		s.Delivered(strings.Replace(s.Stripe.Paid("evt_2", 0), "session.completed", "session.async_payment_succeeded", 1))
		assert.Equal(t, [2]int64{15, 10}, ada.balance(), "paid later")
	}
}

// Of many deliveries of an event at once, and of two events about a payment, one counts.
func TestEventsCountOnce(t *testing.T) {
	s := apitest.New(t, apitest.Silent)
	ada := signUp(s, "ada")
	_, _ = ada.checkout(`{"pack":"shoots"}`)
	deliver := func(body string) {
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() { assert.Equal(t, http.StatusOK, s.Deliver(body).Code) })
		}
		all.Wait()
	}

	deliver(s.Stripe.Paid("evt_1", 0))
	assert.Len(t, s.SQL("SELECT 1 FROM credit_ledger"), 1)
	s.Delivered(strings.Replace(s.Stripe.Paid("evt_2", 0), "session.completed", "session.async_payment_succeeded", 1))
	assert.Equal(t, [2]int64{8, 5}, ada.balance())
	deliver(apitest.StripeRefunded("evt_3", 0, 500))
	assert.Len(t, s.SQL("SELECT 1 FROM credit_ledger"), 2)
	assert.Equal(t, [2]int64{5, 5}, ada.balance())
	assertBooks(t, ada)
}
