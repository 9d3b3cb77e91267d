package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// api is a place in Cloudflare's REST API, for what the provider's resources do not cover.
type api struct {
	base   string // where the API begins
	url    string
	token  string
	client *http.Client
}

// newAPI finds the account where the provider finds it: its configuration, then its environment variables.
func newAPI(ctx *pulumi.Context, s settings) (api, error) {
	setting := func(key, variable, fallback string) string {
		configured, _ := ctx.GetConfig("cloudflare:" + key)
		return cmp.Or(configured, os.Getenv(variable), fallback)
	}
	host := setting("apiHostname", "CLOUDFLARE_API_HOSTNAME", "api.cloudflare.com")
	path := setting("apiBasePath", "CLOUDFLARE_API_BASE_PATH", "/client/v4")
	client, err := trusting(os.Getenv("SSL_CERT_FILE"))
	base := "https://" + host + path
	return api{base: base, url: base + "/accounts/" + s.account, token: s.token, client: client}, err
}

// requestTimeout is longer than D1 lets a batch run, which is 30 seconds.
const requestTimeout = time.Minute

// trusting makes a client that trusts the certificates in a file, on every system; Go by itself reads SSL_CERT_FILE
// on some only.
func trusting(file string) (*http.Client, error) {
	if file == "" {
		return &http.Client{Timeout: requestTimeout}, nil
	}
	certificates, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("SSL_CERT_FILE: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificates)
	return &http.Client{Timeout: requestTimeout, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}, nil
}

// script is where one of the account's Workers stands.
func (a api) script(name string) api {
	a.url += "/workers/scripts/" + name
	return a
}

// get reads what stands at a path below the place into result.
func (a api) get(ctx context.Context, path string, result any) error {
	return a.call(ctx, http.MethodGet, path, nil, result)
}

// send sends a JSON body to a path below the place.
func (a api) send(ctx context.Context, method, path string, body any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return a.call(ctx, method, path, encoded, &json.RawMessage{})
}

// Tries and the first wait between them, which doubles. What is sent from here may be sent twice: it states what shall
// be, and the engine would not ask for it again.
const (
	tries = 4
	pause = time.Second
)

// callTimeout is how long one try may take of what is asked from here, none of which makes Cloudflare work long.
const callTimeout = 15 * time.Second

// call reads the result in the answer's envelope. What may pass by itself (429, 5xx, no answer) is tried again.
func (a api) call(ctx context.Context, method, path string, body []byte, result any) error {
	for try := range tries {
		again, err := a.once(ctx, method, path, body, result)
		if err == nil || !again || try == tries-1 {
			return err
		}
		select {
		case <-time.After(pause << try):
		case <-ctx.Done():
			return err
		}
	}
	return nil
}

// once calls once, and tells whether an error may pass. The error tells Cloudflare's own words.
func (a api) once(ctx context.Context, method, path string, body []byte, result any) (again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, a.url+path, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := a.client.Do(request)
	if err != nil {
		return true, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return true, err
	}
	if status := response.StatusCode; status >= http.StatusBadRequest {
		again := status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
		return again, fmt.Errorf("%s %s: %s: %s", method, a.url+path, response.Status, answer)
	}
	return false, json.Unmarshal(answer, &struct{ Result any }{result})
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 1 << 20
