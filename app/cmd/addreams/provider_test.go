package main

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/binding"
)

// providerHost serves as DashScope, which QWEN_BASE_URL then names.
func providerHost(t *testing.T, handler http.HandlerFunc) {
	t.Helper()
	elsewhere(t)
	for _, b := range binding.All() {
		t.Setenv(b.Name, "")
	}
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(block), 0o600))
	t.Setenv("SSL_CERT_FILE", file)
	t.Setenv(binding.QwenBaseURL, server.URL)
	t.Setenv(binding.QwenKey, "sk-secret")
}

func TestProviderCheck(t *testing.T) {
	cases := map[string]struct {
		status    int
		body      string
		out, fail string
	}{
		"all is well":         {200, `{"output":{"quotas":[{"model":"qwen-image-max"},{"model":"qwen-image-edit-max"}]}}`, "takes the key.\n", ""},
		"a model is missing":  {200, `{"output":{"quotas":[{"model":"qwen-image-max"}]}}`, "does not name qwen-image-edit-max", ""},
		"a wrong key":         {401, `{"code":"InvalidApiKey","message":"Invalid API-key provided."}`, "", "the provider would make no image: UPSTREAM_AUTH_ERROR"},
		"bills are open":      {400, `{"code":"Arrearage","message":"in arrears"}`, "", "in arrears"},
		"no such list":        {404, `<html>`, "could not be checked", ""},
		"a page, not a list":  {200, `<html>`, "could not be checked", ""},
		"a gateway is down":   {503, ``, "", "UPSTREAM_UNAVAILABLE"},
		"a retired workspace": {403, `{"code":"Workspace.AccessDenied","message":"no workspace"}`, "", "no workspace"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			providerHost(t, func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, "GET /api/v1/quotas", r.Method+" "+r.URL.Path)
				assert.Equal(t, "Bearer sk-secret", r.Header.Get("Authorization"))
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body))
			})

			out, err := addreams(t, "", "provider", "check")

			if tc.fail != "" {
				require.ErrorContains(t, err, tc.fail)
				assert.NotContains(t, err.Error(), "sk-secret")
				return
			}
			require.NoError(t, err)
			assert.Contains(t, out, tc.out)
		})
	}
}

func TestProviderCheckWithoutAsking(t *testing.T) {
	providerHost(t, func(http.ResponseWriter, *http.Request) { t.Error("nothing is to be asked") })
	t.Setenv(binding.QwenKey, "sandbox")
	assert.Contains(t, must(t, "provider", "check"), "there is no provider to ask")

	t.Setenv(binding.QwenKey, "")
	_, err := addreams(t, "", "provider", "check")
	assert.ErrorContains(t, err, "QWEN_API_KEY is not configured.")
}

// A stack's settings come from Pulumi, with the defaults of what is not set.
func TestProviderCheckOfAStack(t *testing.T) {
	var asked string
	providerHost(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header.Get("Authorization")
		_, _ = w.Write([]byte(`{"quotas":["qwen-image-max","qwen-image-3.0-pro"]}`))
	})
	folder := t.TempDir()
	script := "#!/bin/sh\n[ \"$*\" = 'config --json --show-secrets --stack dev' ] || exit 1\ncat <<'END'\n" +
		`{"addreams:qwenApiKey":{"value":"sk-stack","secret":true},"addreams:qwenImageEditModel":{"value":"qwen-image-3.0-pro"},` +
		`"addreams:qwenBaseUrl":{"value":"` + os.Getenv(binding.QwenBaseURL) + `"}}` + "\nEND\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "pulumi"), []byte(script), 0o700))
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv(binding.QwenBaseURL, "")

	out := must(t, "provider", "check", "--stack", "dev")

	assert.Contains(t, out, "takes the key.")
	assert.NotContains(t, out, "does not name")
	assert.Equal(t, "Bearer sk-stack", asked)
}
