package apitest

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/require"
)

// The keys at Stripe.
const (
	StripeKey    = "sk_test_of-the-tests"
	StripeSecret = "whsec_of-the-tests"
)

// Stripe plays Stripe: it makes Checkout sessions, of which a key gets one, and tells what has happened to them.
type Stripe struct {
	Answer   http.HandlerFunc // instead of a session
	Pages    string           // what the addresses of pages begin with, if not as at Stripe
	Forms    []url.Values     // that it was sent
	Headers  []http.Header
	sessions []map[string]any
	byKey    map[string]map[string]any
	mu       sync.Mutex
}

// RoundTrip answers a call.
func (s *Stripe) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	response := httptest.NewRecorder()
	if err := r.ParseForm(); err != nil {
		return nil, err
	}

	s.Forms, s.Headers = append(s.Forms, r.PostForm), append(s.Headers, r.Header)
	switch {
	case s.Answer != nil:
		s.Answer(response, r)
	case r.Method+" "+r.URL.String() != "POST https://api.stripe.com/v1/checkout/sessions":
		response.WriteHeader(http.StatusNotFound)
	case r.Header.Get("Authorization") != "Bearer "+StripeKey:
		response.WriteHeader(http.StatusUnauthorized)
	default:
		if err := json.NewEncoder(response).Encode(s.session(r.Header.Get("Idempotency-Key"), r.PostForm)); err != nil {
			return nil, err
		}
	}

	return response.Result(), r.Context().Err()
}

// session makes a session, or finds that of the key.
func (s *Stripe) session(key string, form url.Values) map[string]any {
	if made := s.byKey[key]; made != nil {
		return made
	}

	number := len(s.sessions)
	amount, _ := strconv.ParseInt(form.Get("line_items[0][price_data][unit_amount]"), 10, 64)
	made := map[string]any{
		"id": fmt.Sprint("cs_test_", number), "object": "checkout.session", "mode": form.Get("mode"),
		"url":            fmt.Sprint(cmp.Or(s.Pages, "https://checkout.stripe.com/c/pay/"), "cs_test_", number),
		"payment_status": "unpaid", "payment_intent": nil, "client_reference_id": form.Get("client_reference_id"),
		"amount_total": amount, "currency": form.Get("line_items[0][price_data][currency]"),
		"metadata": map[string]string{"user_id": form.Get("metadata[user_id]"), "pack": form.Get("metadata[pack]")},
	}
	if s.byKey == nil {
		s.byKey = map[string]map[string]any{}
	}
	s.byKey[key] = made
	s.sessions = append(s.sessions, made)
	return made
}

// Paid is the event that a session was paid. The changes are made to the session in it.
func (s *Stripe) Paid(event string, session int, changes ...map[string]any) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	paid := maps.Clone(s.sessions[session])
	paid["payment_status"], paid["payment_intent"] = "paid", fmt.Sprint("pi_", session)
	for _, change := range changes {
		maps.Copy(paid, change)
	}
	return StripeEvent(event, "checkout.session.completed", paid)
}

// StripeRefunded is the event that so much of a session's payment has been refunded, all in all.
func StripeRefunded(event string, session int, amount int64) string {
	return StripeEvent(event, "charge.refunded", map[string]any{
		"id": fmt.Sprint("ch_", session), "object": "charge", "payment_intent": fmt.Sprint("pi_", session), "currency": "usd",
		"amount_refunded": amount,
	})
}

// StripeDisputed is an event of a dispute about a session's payment.
func StripeDisputed(event, kind string, session int, amount int64, status string) string {
	return StripeEvent(event, "charge.dispute."+kind, map[string]any{
		"id": fmt.Sprint("dp_", session), "object": "dispute", "payment_intent": fmt.Sprint("pi_", session), "currency": "usd",
		"amount": amount, "status": status,
	})
}

// StripeEvent is the body of an event.
func StripeEvent(id, kind string, object any) string {
	text, err := json.Marshal(map[string]any{
		"id": id, "object": "event", "type": kind, "livemode": false, "data": map[string]any{"object": object},
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// StripeMAC is the signature of a body.
func StripeMAC(secret string, at time.Time, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.%s", at.Unix(), body)
	return hex.EncodeToString(mac.Sum(nil))
}

// Deliver sends an event as Stripe does, signed now.
func (w *World) Deliver(body string) *httptest.ResponseRecorder {
	now := w.Now()
	return w.DeliverSigned(body, fmt.Sprintf("t=%d,v1=%s,v0=%s", now.Unix(), StripeMAC(StripeSecret, now, body), strings.Repeat("0", 64)))
}

// DeliverSigned sends an event with a signature of the test's.
func (w *World) DeliverSigned(body, signature string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodPost, PublicURL+"/api/credits/stripe", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("Stripe-Signature", signature)
	response := httptest.NewRecorder()
	w.App.ServeHTTP(response, request)
	return response
}

// Delivered sends an event, and fails the test unless it is accepted.
func (w *World) Delivered(body string) {
	w.T.Helper()
	response := w.Deliver(body)
	require.Equal(w.T, http.StatusOK, response.Code, response.Body)
}
