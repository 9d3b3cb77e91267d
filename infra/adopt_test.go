package main

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const someDatabase = "8f14e45f-ceea-467f-9b3c-0123456789ab"

func TestDeclareAdoption(t *testing.T) {
	cases := map[string]struct {
		status   int
		bindings string // of the Worker that is there
		want     string // the worker's import
		fails    string
	}{
		"a Worker that wrangler made":  {http.StatusOK, `[{"name":"DB"},{"name":"QWEN_REGION"}]`, someAccount + "/addreams-api", ""},
		"a Worker that is ours by now": {http.StatusOK, `[{"name":"DB"},{"name":"BUNDLE_SHA256"}]`, "", ""},
		"there is no such Worker":      {http.StatusNotFound, "null", "", "addreams:adoptScript"},
		"the token may not read it":    {http.StatusForbidden, "null", "", "403 Forbidden"},
	}
	for situation, c := range cases {
		t.Run(situation, func(t *testing.T) {
			configured := complete(t, production).
				with("adoptDatabaseId", someDatabase).with("adoptBucket", "true").with("adoptScript", "true").
				with("cloudflare:apiHostname", fakeCloudflare(t, c.status, c.bindings))
			got, err := declareStack(t, production, configured)
			if c.fails != "" {
				require.ErrorContains(t, err, c.fails)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, someAccount+"/"+someDatabase, got["database"].RegisterRPC.GetImportId())
			assert.Equal(t, someAccount+"/addreams-generations", got["bucket"].RegisterRPC.GetImportId())
			assert.Equal(t, c.want, got["worker"].RegisterRPC.GetImportId())
		})
	}
}

// fakeCloudflare answers for the bindings of the account's Worker, and returns its host.
func fakeCloudflare(t *testing.T, status int, bindings string) string {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/client/v4/accounts/"+someAccount+"/workers/scripts/addreams-api/bindings", r.URL.Path)
		assert.Equal(t, "Bearer "+someSecret, r.Header.Get("Authorization"))
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"success":true,"result":` + bindings + `}`))
	}))
	t.Cleanup(server.Close)
	certificate := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(certificate, block, 0o600))
	t.Setenv("SSL_CERT_FILE", certificate)
	return strings.TrimPrefix(server.URL, "https://")
}
