package hook

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/config/configtest"
)

func TestAdoption(t *testing.T) {
	cases := map[string]struct {
		status int
		answer string
		fails  string // "" if the Worker may be created
	}{
		"there is no such Worker":     {http.StatusNotFound, `{"success":false,"errors":[{"code":10007,"message":"not found"}]}`, ""},
		"the account has one":         {http.StatusOK, `{"success":true,"result":[{"name":"DB"}]}`, "pulumi import cloudflare:index/workersScript:WorkersScript worker " + configtest.Account + "/addreams-api-dev "},
		"the token may not read it":   {http.StatusForbidden, `{"success":false}`, "look for a Worker named addreams-api-dev"},
		"something else answers":      {http.StatusTeapot, "<html>", "look for a Worker named addreams-api-dev"},
		"another thing was not found": {http.StatusBadRequest, `{"success":false,"errors":[{"code":10007,"message":"404"}]}`, "look for a Worker"},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			host := fakeCloudflare(t, tc.status, tc.answer)
			var stack config.Stack
			_, err := configtest.Run("dev", configtest.Complete(t, "dev").With("cloudflare:apiHostname", host), func(ctx *pulumi.Context) (err error) {
				stack, err = config.Read(ctx)
				return err
			})
			require.NoError(t, err)

			err = adoption{account: stack.Account, script: stack.Worker.Name}.run(nil)

			if tc.fails == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.fails)
			assert.NotContains(t, err.Error(), configtest.Secret)
		})
	}
}

// fakeCloudflare answers for the bindings of stack dev's Worker, and returns its host.
func fakeCloudflare(t *testing.T, status int, answer string) string {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/client/v4/accounts/"+configtest.Account+"/workers/scripts/addreams-api-dev/bindings", r.URL.Path)
		assert.Equal(t, "Bearer "+configtest.Secret, r.Header.Get("Authorization"))
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(server.Close)

	certificate := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(certificate, block, 0o600))
	t.Setenv("SSL_CERT_FILE", certificate)
	return strings.TrimPrefix(server.URL, "https://")
}
