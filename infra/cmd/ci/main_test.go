package main

import (
	"bytes"
	"encoding/json"
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

	said, err := run(t, `{"steps":[{"op":"update","urn":"urn:pulumi:prod::addreams::a:b/c:D::e"}]}`, "review", "prod",
		"--bundle", bundle, "--base-bundle", "base/dist/worker.mjs")
	require.NoError(t, err)
	assert.Contains(t, said, "### `prod`: 1 to update")
	assert.Contains(t, said, "Bundle:")

	_, err = run(t, "error: no such stack", "review", "prod")
	assert.ErrorContains(t, err, "pulumi preview --json")
}

func TestDrift(t *testing.T) {
	refresh, schema := filepath.Join(t.TempDir(), "refresh.json"), filepath.Join(t.TempDir(), "schema.json")
	require.NoError(t, os.WriteFile(refresh, []byte(`{"steps":[{"op":"delete","urn":"urn:pulumi:prod::addreams::a:b/c:D::e"}]}`), 0o600))
	require.NoError(t, os.WriteFile(schema, []byte(`{"drift":[]}`), 0o600))

	said, err := run(t, "", "drift", "--refresh", refresh, "--schema", schema)
	require.NoError(t, err)
	assert.Contains(t, said, "D `e`")

	require.NoError(t, os.WriteFile(schema, []byte("error: no such stack"), 0o600))

	_, err = run(t, "", "drift", "--refresh", refresh, "--schema", schema)
	assert.ErrorContains(t, err, "schema.json is not what its command prints")
}

func TestSmoke(t *testing.T) {
	empty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.True(t, r.URL.Path != "/accounts/account/workers/scripts/api/subdomain" || r.Header.Get("Authorization") == "Bearer token")
		_, _ = w.Write([]byte(`{"success":true,"result":{}}`))
	}))
	defer empty.Close()
	outputs := `{"url":"` + empty.URL + `","accountId":"account","worker":"api","bundleSha256":"d1ge57","workersDev":true,"observability":true}`
	cases := map[string]struct {
		outputs, token string
		want           []string
	}{
		"another service answers": {outputs, "token", []string{
			empty.URL + " is not as it should be", "the Worker runs what was uploaded",
			"observability of api is false, not true", "workersDev of api is false, not true",
		}},
		"no token":           {outputs, "", []string{"set CLOUDFLARE_API_TOKEN"}},
		"nothing deployed":   {"{}", "token", []string{"deploy it first"}},
		"the engine's error": {"error: no stack", "token", []string{"pulumi stack output --json"}},
	}

	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			t.Setenv("CLOUDFLARE_API_TOKEN", tc.token)

			_, err := run(t, tc.outputs, "smoke", "--api", empty.URL, "--timeout", "100ms")
			for _, want := range tc.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

func TestWriteOnGitHub(t *testing.T) {
	var asked []string
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path)
		_, _ = w.Write([]byte("[]"))
	}))
	defer api.Close()
	t.Setenv("GITHUB_API_URL", api.URL)
	t.Setenv("GITHUB_REPOSITORY", "owner/name")

	t.Setenv("GITHUB_TOKEN", "")

	_, err := run(t, "text", "comment", "5", "preview")
	assert.ErrorContains(t, err, "GITHUB_TOKEN")

	t.Setenv("GITHUB_TOKEN", "token")

	_, err = run(t, "text", "comment", "five", "preview")
	assert.ErrorContains(t, err, "not the number of a pull request")
	assert.Empty(t, asked)

	_, err = run(t, "text", "comment", "5", "preview")
	require.NoError(t, err)

	_, err = run(t, "\n", "report", "Stack prod has drifted")
	require.NoError(t, err)
	assert.Equal(t, []string{"GET /repos/owner/name/issues/5/comments", "POST /repos/owner/name/issues/5/comments", "GET /repos/owner/name/issues"}, asked)
}

func TestSettings(t *testing.T) {
	said, err := run(t, "", "settings", "pr-17", "--subdomain", "acme")
	require.NoError(t, err)
	var settings map[string]setting
	require.NoError(t, json.Unmarshal([]byte(said), &settings))
	assert.Equal(t, setting{Value: "https://addreams-api-pr-17.acme.workers.dev"}, settings["addreams:publicUrl"])

	declared, err := os.ReadFile("../../../Pulumi.yaml")
	require.NoError(t, err)
	for key := range settings {
		assert.Contains(t, string(declared), "\n  "+strings.TrimPrefix(key, "addreams:")+":\n", "a key of Pulumi.yaml")
	}
	for _, stack := range []string{"dev", "prod", "pr-", "pr-1-x"} {
		_, err := run(t, "", "settings", stack, "--subdomain", "acme")
		assert.ErrorContains(t, err, "pr-<number>", stack)
	}
}

func TestEmptyOnlyPreviewBuckets(t *testing.T) {
	t.Setenv("CLOUDFLARE_ACCOUNT_ID", "account")
	t.Setenv("CLOUDFLARE_API_TOKEN", "token")
	for _, bucket := range []string{"addreams-generations", "addreams-generations-dev", "addreams-pr-1-generations", "other-pr-1"} {
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
			_, _ = w.Write([]byte(`{"success":true,"result":{"buckets":[{"name":"addreams-generations-pr-7"}]}}`))
		case object && r.Method == http.MethodDelete:
			delete(objects, key)
			_, _ = w.Write([]byte(`{"success":true,"result":{}}`))
		default:
			var keys []string
			for key := range objects {
				keys = append(keys, `{"key":"`+key+`"}`)
			}
			_, _ = w.Write([]byte(`{"success":true,"result":[` + strings.Join(keys, ",") + `]}`))
		}
	}))
	defer api.Close()

	_, err := run(t, "", "empty", "addreams-generations-pr-7", "--api", api.URL)
	require.NoError(t, err)
	assert.Empty(t, objects)
}

func TestFence(t *testing.T) {
	said, err := run(t, "+-- ````\n+# Approved\n", "fence", "diff")

	require.NoError(t, err)
	assert.Equal(t, "`````diff\n+-- ````\n+# Approved\n`````\n", said)
}
