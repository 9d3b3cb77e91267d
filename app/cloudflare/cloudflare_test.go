package cloudflare_test

import (
	"context"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/cloudflare"
)

func TestBase(t *testing.T) {
	env := map[string]string{}
	base := func() string { return cloudflare.Base(func(name string) string { return env[name] }) }
	assert.Equal(t, cloudflare.API, base())

	env["CLOUDFLARE_API_HOSTNAME"], env["CLOUDFLARE_API_BASE_PATH"] = "127.0.0.1:8443", "/v4"
	assert.Equal(t, "https://127.0.0.1:8443/v4", base())
}

// Which requests are sent again is decided by whether they may run twice, and by what is known of the attempt.
func TestAttempts(t *testing.T) {
	get := func(ctx context.Context, a cloudflare.Account) error { return a.Get(ctx, "/x", nil) }
	set := func(ctx context.Context, a cloudflare.Account) error {
		return a.Set(ctx, http.MethodPatch, "/x", map[string]int{"n": 1}, nil)
	}
	create := func(ctx context.Context, a cloudflare.Account) error { return a.Create(ctx, "/x", nil, nil) }
	once := func(ctx context.Context, a cloudflare.Account) error {
		return a.Do(ctx, cloudflare.Request{Method: http.MethodGet, Path: "/x", Repeatable: true, Once: true}, nil)
	}
	cases := map[string]struct {
		send   func(context.Context, cloudflare.Account) error
		status int
		want   int // attempts
	}{
		"read, broken server":            {get, 500, 4},
		"read, slow down":                {get, 429, 4},
		"read, not allowed":              {get, 403, 1},
		"stated, broken server":          {set, 502, 4},
		"stated, not allowed":            {set, 400, 1},
		"created, broken server":         {create, 500, 1},
		"created, slow down":             {create, 429, 4},
		"read at most once, slow down":   {once, 429, 1},
		"read at most once, all is well": {once, 200, 1},
	}

	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			attempts := 0
			account := serve(t, func(w http.ResponseWriter, r *http.Request) {
				attempts++
				assert.Equal(t, "/accounts/acc/x", r.URL.Path)
				assert.Equal(t, "Bearer secret-token", r.Header.Get("Authorization"))
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(`{"success":true,"result":{},"errors":[]}`))
			})

			err := tc.send(t.Context(), account)

			assert.Equal(t, tc.want, attempts)
			assert.Equal(t, tc.status < 300, err == nil)
			if err != nil {
				assert.NotContains(t, err.Error(), "secret-token")
			}
		})
	}
}

// An attempt without an answer ends by the account's own timeout, and the next one may succeed.
func TestAttemptWithoutAnswer(t *testing.T) {
	attempts := 0
	account := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if attempts++; attempts == 1 {
			<-r.Context().Done()
			return
		}
		_, _ = w.Write([]byte(`{"success":true,"result":[1]}`))
	})
	account.Timeout = 50 * time.Millisecond
	var result []int

	require.NoError(t, account.Get(t.Context(), "/x", &result))

	assert.Equal(t, []int{1}, result)
	assert.Equal(t, 2, attempts)
}

func TestErrorSaysWhatWasAsked(t *testing.T) {
	account := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`))
	})

	err := account.Get(t.Context(), "/d1/database?name=x", nil)

	assert.EqualError(t, err, "Cloudflare's API answered 403 Forbidden: Authentication error (code 10000), to GET /d1/database")
}

func TestTrusting(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"success":true}`))
	}))
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(file, certificate, 0o600))

	client, err := cloudflare.Trusting(file)
	require.NoError(t, err)
	account := cloudflare.Account{API: server.URL, ID: "acc", Client: client}
	assert.NoError(t, account.Get(t.Context(), "/x", nil))

	_, err = cloudflare.Trusting(file + ".missing")
	assert.ErrorContains(t, err, "SSL_CERT_FILE")
}

func serve(t *testing.T, handler http.HandlerFunc) cloudflare.Account {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return cloudflare.Account{API: server.URL, ID: "acc", Token: "secret-token", Pause: 1}
}
