package localcloud

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/addreams/addreams/app/cloudflare"
)

// Running is a local Cloudflare that runs, as local/main.mjs describes it in its --info file.
type Running struct {
	PID    int    `json:"pid"`
	API    string `json:"api"` // base URL of its REST API, plain http
	TLS    string `json:"tls"` // host:port of the same with TLS
	ID     string `json:"account"`
	Token  string `json:"token"`
	CA     string `json:"ca"`     // path of the certificate that signed the TLS server's
	Worker string `json:"worker"` // origin where the Worker answers
}

// Account returns its only account.
func (r Running) Account() cloudflare.Account {
	return cloudflare.Account{API: r.API, ID: r.ID, Token: r.Token}
}

// Trigger runs the scheduled handler of a Worker now, and returns when it has ended.
func (r Running) Trigger(ctx context.Context, script string) error {
	if err := r.call(ctx, http.MethodPost, "/__scheduled?script="+url.QueryEscape(script), nil); err != nil {
		return fmt.Errorf("run the schedule of %s: %w", script, err)
	}
	return nil
}

// Provider is what the sandbox, which plays the provider of images, is told to do.
type Provider struct {
	Next *struct { // nil if it works
		Kind   string
		Times  int
		InTask bool
	}
	Kinds []string // of failures
}

// FailProvider makes the next calls of the sandbox fail. Without a kind it only returns what the sandbox is told to do.
func (r Running) FailProvider(ctx context.Context, kind string, times int) (Provider, error) {
	var told struct{ Result Provider }
	method, path := http.MethodGet, "/__provider"
	if kind != "" {
		method, path = http.MethodPost, fmt.Sprintf("%s?fail=%s&times=%d", path, url.QueryEscape(kind), times)
	}
	err := r.call(ctx, method, path, &told)
	return told.Result, err
}

// RepairProvider makes the sandbox work again.
func (r Running) RepairProvider(ctx context.Context) error {
	return r.call(ctx, http.MethodDelete, "/__provider", nil)
}

// call makes one of the calls that Cloudflare does not have.
func (r Running) call(ctx context.Context, method, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(r.API, "/client/v4")+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+r.Token)

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s: %s", response.Status, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// SandboxKey is the DashScope key with which the local Cloudflare answers DashScope's hosts itself.
const SandboxKey = "sandbox"

// The keys at Stripe with which the local Cloudflare plays Stripe's Checkout.
const (
	StripeKey    = "sk_test_sandbox"
	StripeSecret = "whsec_sandbox"
)
