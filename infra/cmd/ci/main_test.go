package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func run(t *testing.T, stdin string, arguments ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c := command()
	c.SetArgs(arguments)
	c.SetIn(strings.NewReader(stdin))
	c.SetOut(&out)
	c.SetErr(&out)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func TestReview(t *testing.T) {
	bundle := filepath.Join(t.TempDir(), "worker.mjs")
	require.NoError(t, os.WriteFile(bundle, []byte("export default {}"), 0o600))

	said, err := run(t, `{"changeSummary":{"update":1}}`, "review", "prod", "--bundle", bundle)
	require.NoError(t, err)
	assert.Contains(t, said, "### `prod`: 1 to update")
	assert.Contains(t, said, "Bundle:")

	_, err = run(t, "error: no such stack", "review", "prod")
	assert.ErrorContains(t, err, "pulumi preview --json")
}

func TestEmptyOnlyPreviewBuckets(t *testing.T) {
	t.Setenv("CLOUDFLARE_ACCOUNT_ID", "account")
	t.Setenv("CLOUDFLARE_API_TOKEN", "token")
	for _, bucket := range []string{"addreams-generations", "addreams-generations-dev", "addreams-pr-1-generations"} {
		_, err := run(t, "", "empty", bucket, "--api", "http://127.0.0.1:1")
		assert.ErrorContains(t, err, "only those are emptied", bucket)
	}
}

func TestEmpty(t *testing.T) {
	t.Setenv("CLOUDFLARE_ACCOUNT_ID", "account")
	t.Setenv("CLOUDFLARE_API_TOKEN", "token")
	objects := map[string]bool{"users/1/a.png": true, "users/2/b c.png": true}
	const base = "/accounts/account/r2/buckets"
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Bearer token", r.Header.Get("Authorization"))
		key, object := strings.CutPrefix(r.URL.Path, base+"/addreams-generations-pr-7/objects/")
		switch {
		case r.URL.Path == base:
			_, _ = w.Write([]byte(`{"result":{"buckets":[{"name":"addreams-generations-pr-7"}]}}`))
		case object && r.Method == http.MethodDelete:
			delete(objects, key)
			_, _ = w.Write([]byte(`{"result":{}}`))
		default:
			var keys []string
			for key := range objects {
				keys = append(keys, `{"key":"`+key+`"}`)
			}
			_, _ = w.Write([]byte(`{"result":[` + strings.Join(keys, ",") + `]}`))
		}
	}))
	defer api.Close()

	_, err := run(t, "", "empty", "addreams-generations-pr-7", "--api", api.URL)
	require.NoError(t, err)
	assert.Empty(t, objects)
}
