// Package cloudflare is the client of Cloudflare's REST API: where it is, how a request is authorized, what an answer is
// wrapped in, and which requests are sent again. It knows no resource of the account; callers name the paths.
// See https://developers.cloudflare.com/api/.
package cloudflare

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// API is the public address of the REST API.
const API = "https://api.cloudflare.com/client/v4"

// Account is one account of the REST API.
type Account struct {
	API   string // base URL, as Base returns it
	ID    string
	Token string // API token; what it must permit depends on what is called

	Client  *http.Client  // http.DefaultClient if nil
	Timeout time.Duration // of one attempt; a minute if 0, which is longer than D1 lets a batch run
	Pause   time.Duration // before the second attempt, doubled before each later one; half a second if 0
}

// Base returns the API's address, from the variables that Pulumi's Cloudflare plugin reads.
func Base(env func(string) string) string {
	host := cmp.Or(env("CLOUDFLARE_API_HOSTNAME"), "api.cloudflare.com")
	path := cmp.Or(env("CLOUDFLARE_API_BASE_PATH"), "/client/v4")
	return "https://" + host + path
}

// Trusting returns a client that trusts the certificates in a PEM file, on every system; Go itself reads SSL_CERT_FILE on
// some systems only. Without a file it returns nil, which is the default client.
func Trusting(file string) (*http.Client, error) {
	if file == "" {
		return nil, nil
	}
	certificates, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("SSL_CERT_FILE: %w", err)
	}

	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificates)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}, nil
}

// Request is a request to the account. Path is below /accounts/<id>, with its query, and escaped.
type Request struct {
	Method, Path string
	Body         []byte // or nil
	Type         string // of Body; application/json if ""
	Repeatable   bool   // may run twice without harm
	Once         bool   // is never sent again

	// Refused turns an answer without success into the caller's own error, which is not retried unless it is an *Error.
	// Nil keeps the *Error.
	Refused func(*Error) error
}

// Get reads the answer of a path into result, which may be nil.
func (a Account) Get(ctx context.Context, path string, result any) error {
	return a.Do(ctx, Request{Method: http.MethodGet, Path: path, Repeatable: true}, result)
}

// Set sends a JSON body, or none if it is nil, that states what is to be, so that sending it twice does no harm. It reads the
// result into result, which may be nil.
func (a Account) Set(ctx context.Context, method, path string, body, result any) error {
	return a.send(ctx, Request{Method: method, Path: path, Repeatable: true}, body, result)
}

// Create sends a JSON body that creates something. It is retried only if it certainly did not arrive.
func (a Account) Create(ctx context.Context, path string, body, result any) error {
	return a.send(ctx, Request{Method: http.MethodPost, Path: path}, body, result)
}

func (a Account) send(ctx context.Context, request Request, body, result any) error {
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		request.Body = encoded
	}
	return a.Do(ctx, request, result)
}

// URL returns the address of a path below the account.
func (a Account) URL(path string) string {
	return strings.TrimSuffix(a.API, "/") + "/accounts/" + url.PathEscape(a.ID) + path
}
