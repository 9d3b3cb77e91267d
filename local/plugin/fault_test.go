package main

import (
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRetries(t *testing.T) {
	for name, tc := range map[string]struct {
		fault  map[string]any
		tries  int
		failed string // part of the error; "" where it succeeds
	}{
		"too many requests":          {map[string]any{"kind": "status", "status": 429, "times": 2}, 3, ""},
		"a server error":             {map[string]any{"kind": "status", "status": 500, "times": 3}, 4, ""},
		"a server error without end": {map[string]any{"kind": "status", "status": 503, "times": 9}, 4, "503"},
		"a refusal is not retried":   {map[string]any{"kind": "status", "status": 403, "times": 9}, 1, "403"},
		"an answer that never comes": {map[string]any{"kind": "silent"}, 2, ""},
		"a lost answer: sent again":  {map[string]any{"kind": "lost"}, 2, "7502"},
		"half an answer: sent again": {map[string]any{"kind": "half"}, 2, "7502"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startCloud(t)
			e := startPlugin(t, c, "CLOUDFLARE_TIMEOUT=10")
			c.fault(tc.fault)
			_, _, err := e.create(databaseType, properties(map[string]any{"accountId": c.Account, "name": "db"}))
			if tc.failed == "" {
				require.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tc.failed)
			}
			assert.Len(t, c.sent(), tc.tries)
		})
	}
}

// TestLookupThatFails looks for a script before it is created: any failure of that lookup counts as "not there".
func TestLookupThatFails(t *testing.T) {
	c := startCloud(t)
	e := startPlugin(t, c)
	c.fault(map[string]any{"kind": "status", "status": 500, "times": 4, "method": "GET", "path": "/workers/scripts/api$"})
	_, _, err := e.create(scriptType, scriptInputs(c, nil))
	require.NoError(t, err)
	const path = "/workers/scripts/api"
	assert.Equal(t, []string{"GET " + path, "GET " + path, "GET " + path, "GET " + path, "PUT " + path}, c.sent())
}

// TestBackOff checks how long a client waits before a retry, at the least: a machine may be slow.
func TestBackOff(t *testing.T) {
	for name, tc := range map[string]struct {
		kind   string
		inputs func(c *cloud) resource.PropertyMap
		path   string
		waits  []time.Duration
	}{
		"a Worker: longer each time": {
			scriptType, func(c *cloud) resource.PropertyMap { return scriptInputs(c, nil) },
			"/workers/scripts/api$", []time.Duration{time.Second, 2 * time.Second, 2 * time.Second},
		},
		"a database: the longest from the first": {
			databaseType, func(c *cloud) resource.PropertyMap {
				return properties(map[string]any{"accountId": c.Account, "name": "db"})
			},
			"/d1/database$", []time.Duration{2 * time.Second, 2 * time.Second, 2 * time.Second},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startCloud(t)
			e := startPlugin(t, c, "CLOUDFLARE_MIN_BACKOFF=1", "CLOUDFLARE_MAX_BACKOFF=2")
			c.fault(map[string]any{"kind": "status", "status": 500, "times": 3, "path": tc.path})

			_, _, err := e.create(tc.kind, tc.inputs(c))
			require.NoError(t, err)

			var requests []struct{ At time.Time }
			c.own("GET", "/__requests", nil, &requests)
			for i, wait := range tc.waits {
				assert.GreaterOrEqual(t, requests[i+1].At.Sub(requests[i].At), wait-10*time.Millisecond, "wait %d", i)
			}
		})
	}
}

func TestCredentials(t *testing.T) {
	c := startCloud(t)
	inputs := properties(map[string]any{"accountId": c.Account, "name": "db"})

	_, _, err := startPlugin(t, c, "CLOUDFLARE_API_TOKEN=").check(databaseType, inputs)
	assert.ErrorContains(t, err, "CLOUDFLARE_API_TOKEN", "a missing token fails in Check")

	wrong := startPlugin(t, c, "CLOUDFLARE_API_TOKEN=wrong")
	_, _, err = wrong.check(databaseType, inputs)
	require.NoError(t, err, "a wrong token shows at the first request only")
	_, _, err = wrong.create(databaseType, inputs)
	assert.ErrorContains(t, err, "Authentication error (10000)")
}

func TestUntrustedServer(t *testing.T) {
	c := startCloud(t)
	e := startPlugin(t, c, "SSL_CERT_FILE=", "CLOUDFLARE_RETRIES=0")
	_, _, err := e.create(databaseType, properties(map[string]any{"accountId": c.Account, "name": "db"}))
	assert.ErrorContains(t, err, "certificate")
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	c := startCloud(t)
	e := startPlugin(t, c)
	_, failures, err := e.check(databaseType, properties(map[string]any{"accountId": c.Account, "colour": "red"}))
	require.NoError(t, err)
	var named []string
	for _, failure := range failures {
		named = append(named, failure.Property)
	}
	assert.ElementsMatch(t, []string{"name", "colour"}, named)
}

func TestUnknownType(t *testing.T) {
	c := startCloud(t)
	_, _, err := startPlugin(t, c).check("queue:Queue", resource.PropertyMap{})
	assert.ErrorContains(t, err, "pulumi plugin install resource cloudflare "+version)
}
