// Package stripe is the client of Stripe: it makes Checkout sessions, checks the signatures of webhooks and reads their events.
// It owns Stripe's wire format and knows nothing of routes or SQL. It is one call and three events of an API with hundreds;
// stripe-go's types of all of them would be linked into the Worker, which must start within a second.
package stripe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/addreams/addreams/app/billing"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/safejson"
)

const (
	sessionsURL = "https://api.stripe.com/v1/checkout/sessions"
	apiVersion  = "2024-11-20.acacia" // the first with adaptive_pricing
	maxAnswer   = 256 << 10           // bytes
	timeout     = 20 * time.Second
)

// Client makes Checkout sessions.
type Client struct {
	HTTP platform.HTTPClient
	Key  func() string // returns the secret key
}

// CreateSession makes a Checkout session. A call that fails on its way is tried once more, with the same key. Faults:
// UpstreamUnavailable, UpstreamTimeout, UpstreamAuth, UpstreamFailed, UpstreamMalformed.
func (c *Client) CreateSession(ctx context.Context, order billing.Order) (billing.Session, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	form := formOf(order).Encode()
	created, err := c.post(ctx, form, keyOf(order, form))
	if fault.CodeOf(err) == fault.UpstreamUnavailable && ctx.Err() == nil {
		created, err = c.post(ctx, form, keyOf(order, form))
	}
	return created, err
}

// formOf returns https://docs.stripe.com/api/checkout/sessions/create. The price is ours: nothing of it comes from the buyer.
func formOf(o billing.Order) url.Values {
	return url.Values{
		"mode":                                          {"payment"},
		"adaptive_pricing[enabled]":                     {"false"}, // else a buyer may pay in a currency that was not offered
		"success_url":                                   {o.SuccessURL},
		"cancel_url":                                    {o.CancelURL},
		"client_reference_id":                           {o.UserID},
		"metadata[user_id]":                             {o.UserID},
		"metadata[pack]":                                {o.Pack.ID},
		"payment_intent_data[metadata][user_id]":        {o.UserID},
		"payment_intent_data[metadata][pack]":           {o.Pack.ID},
		"line_items[0][quantity]":                       {"1"},
		"line_items[0][price_data][currency]":           {o.Pack.Currency},
		"line_items[0][price_data][unit_amount]":        {strconv.FormatInt(o.Pack.Amount, 10)},
		"line_items[0][price_data][product_data][name]": {nameOf(o)},
	}
}

// nameOf returns what the buyer reads.
func nameOf(o billing.Order) string {
	var parts []string
	for _, part := range []struct {
		count int64
		what  string
	}{{o.Pack.ProductShoots, "product shoot"}, {o.Pack.AdGraphics, "ad graphic"}} {
		switch part.count {
		case 0:
		case 1:
			parts = append(parts, "1 "+part.what)
		default:
			parts = append(parts, fmt.Sprintf("%d %ss", part.count, part.what))
		}
	}

	return strings.Join(parts, " and ")
}

// keyOf returns Stripe's Idempotency-Key. It covers the form, because Stripe refuses a key that comes with another.
func keyOf(o billing.Order, form string) string {
	sum := sha256.Sum256([]byte(o.UserID + "\n" + o.Key + "\n" + form))
	return "addreams-" + hex.EncodeToString(sum[:])
}

func (c *Client) post(ctx context.Context, form, key string) (billing.Session, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, sessionsURL, strings.NewReader(form))
	if err != nil {
		return billing.Session{}, err
	}
	request.Header.Set("Authorization", "Bearer "+c.Key())
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Idempotency-Key", key)
	request.Header.Set("Stripe-Version", apiVersion)

	response, err := c.HTTP.Do(request)
	if err != nil {
		return billing.Session{}, unreachable(ctx, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return billing.Session{}, unreachable(ctx, err)
	}
	if response.StatusCode != http.StatusOK {
		return billing.Session{}, refusal(response, body)
	}
	return readSession(body)
}

func readSession(body []byte) (billing.Session, error) {
	var made session
	if err := safejson.Unmarshal(body, &made); err != nil || made.ID == "" || !isPage(made.URL) {
		return billing.Session{}, fault.New(fault.UpstreamMalformed, "The payment provider sent an unexpected answer.")
	}
	return billing.Session{ID: made.ID, URL: made.URL}, nil
}

// isPage reports whether a buyer may be sent to an address: one of https, or of a stand-in on this machine.
func isPage(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://127.0.0.1:")
}

func unreachable(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fault.Wrap(fault.UpstreamTimeout, "The payment provider did not answer in time. Nothing was charged.", err)
	}
	return fault.Wrap(fault.UpstreamUnavailable, "The payment provider can't be reached. Nothing was charged.", err)
}

// refusal logs Stripe's type and code of an error. Its message is left out, because it may repeat what was sent.
func refusal(response *http.Response, body []byte) error {
	var said struct {
		Error struct {
			Type string `json:"type"`
			Code string `json:"code"`
		} `json:"error"`
	}
	_ = safejson.Unmarshal(body, &said) // another answer has neither
	cause := fmt.Errorf("stripe: status %d, type %q, code %q, request %q",
		response.StatusCode, said.Error.Type, said.Error.Code, response.Header.Get("Request-Id"))

	switch {
	case response.StatusCode == http.StatusUnauthorized || response.StatusCode == http.StatusForbidden:
		return fault.Wrap(fault.UpstreamAuth, "Payments are not available. Nothing was charged.", cause)
	case response.StatusCode == http.StatusConflict || // a request with the same key is at work
		response.StatusCode == http.StatusTooManyRequests || response.StatusCode >= http.StatusInternalServerError:
		return fault.Wrap(fault.UpstreamUnavailable, "The payment provider is busy. Nothing was charged.", cause)
	}

	return fault.Wrap(fault.UpstreamFailed, "The payment provider refused the checkout. Nothing was charged.", cause)
}
