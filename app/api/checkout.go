package api

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/billing"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/safejson"
)

// maxCheckout is the longest body of a checkout, in bytes.
const maxCheckout = 8 << 10

// maxReturnURL is the longest address that a buyer may come back to, in characters.
const maxReturnURL = 2000

// checkoutRequest names a pack, and where the buyer comes back to.
type checkoutRequest struct {
	Pack      string `json:"pack"`
	ReturnURL string `json:"returnUrl"`
}

type checkoutBody struct {
	CheckoutID string `json:"checkoutId"`
	URL        string `json:"url"`
}

// checkout makes a page at Stripe on which the user can pay for a pack. What it costs, and what it gives, is ours to say.
func (a *App) checkout(w http.ResponseWriter, r bunrouter.Request) error {
	key, err := idempotencyKey(r.Request)
	if err != nil {
		return err
	}
	pack, back, err := a.readCheckout(r.Request)
	if err != nil {
		return err
	}

	current := infoOf(r.Context())
	made, err := a.billing.Open(context.WithoutCancel(r.Context()), current.identity.Session.ID, billing.Order{
		UserID: current.userID, Pack: pack, Key: cmp.Or(key, uuid.NewString()),
		SuccessURL: withOutcome(back, "success"), CancelURL: withOutcome(back, "cancel"),
	})
	if err != nil {
		return err
	}
	w.Header()["Cache-Control"] = noStore
	return httpio.WriteJSON(w, http.StatusOK, checkoutBody{made.ID, made.URL})
}

// readCheckout returns the pack that the request names, and where its sender comes back to. Fault: InvalidRequest.
func (a *App) readCheckout(r *http.Request) (binding.Pack, *url.URL, error) {
	body, err := readBody(r, maxCheckout)
	if err != nil {
		return binding.Pack{}, nil, err
	}
	var asked checkoutRequest
	if safejson.Unmarshal(body, &asked) != nil {
		return binding.Pack{}, nil, fault.New(fault.InvalidRequest, "Send a JSON object with the pack to buy.")
	}
	found := slices.IndexFunc(a.packs, func(pack binding.Pack) bool { return pack.ID == asked.Pack })
	if found < 0 {
		return binding.Pack{}, nil, fault.New(fault.InvalidRequest, "There is no such pack: GET /api/credits lists them.")
	}

	back, err := a.returnURL(asked.ReturnURL)
	return a.packs[found], back, err
}

// returnURL reads an address of a trusted origin or of the API. Without one it is the first frontend's.
func (a *App) returnURL(text string) (*url.URL, error) {
	own := a.platform.Env(binding.AuthURL)
	if text == "" {
		text = strings.TrimSuffix(append(slices.Clone(a.origins), own)[0], "/") + "/"
	}
	read, err := url.Parse(text)
	if err != nil || len(text) > maxReturnURL || read.User != nil ||
		!slices.Contains(append(slices.Clone(a.origins), own), read.Scheme+"://"+read.Host) {
		return nil, fault.New(fault.InvalidRequest, "returnUrl must be an address of a trusted origin.")
	}
	return read, nil
}

// withOutcome adds how the buyer left the page.
func withOutcome(back *url.URL, outcome string) string {
	target := *back
	query := target.Query()
	query.Set("checkout", outcome)
	target.RawQuery = query.Encode()
	return target.String()
}
