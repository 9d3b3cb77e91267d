package e2e

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The calls that each run makes for a stack with everything it may have, as far as they can be repeated. TestFaultsOfCloudflare
// tests those that create something.
var (
	firstCalls = []fault{
		{Method: "GET", Path: "/rulesets/phases/http_ratelimit/entrypoint$"},
		{Method: "PUT", Path: "/rulesets/phases/http_ratelimit/entrypoint$"},
		{Method: "GET", Path: "/workers/scripts/[^/]+/bindings$"},
		{Method: "POST", Path: "/d1/database/.*/raw$"},
		{Method: "GET", Path: "/time_travel/bookmark$"},
		{Method: "GET", Path: "/workers/scripts/[^/]+$"},
		{Method: "PUT", Path: "/workers/scripts/[^/]+$"},
		{Method: "PATCH", Path: "/script-settings$"},
		{Method: "POST", Path: "/subdomain$"},
		{Method: "GET", Path: "/r2/buckets/[^/]+/lifecycle$"},
		{Method: "PUT", Path: "/schedules$"},
		{Method: "PUT", Path: "/workers/domains$"},
		{Method: "GET", Path: "/workers/domains/[^/]+$"},
	}
	laterCalls = []fault{
		{Method: "POST", Path: "/d1/database/.*/raw$"},
		{Method: "GET", Path: "/time_travel/bookmark$"},
		{Method: "PUT", Path: "/workers/scripts/[^/]+$"},
		{Method: "PATCH", Path: "/script-settings$"},
		{Method: "POST", Path: "/subdomain$"},
		{Method: "GET", Path: "/r2/buckets/[^/]+/lifecycle$"},
		{Method: "PUT", Path: "/r2/buckets/[^/]+/lifecycle$"},
		{Method: "PUT", Path: "/rulesets/[^/]+$"},
		{Method: "PUT", Path: "/schedules$"},
	}
	refreshCalls = []fault{
		{Method: "GET", Path: "/d1/database/[^/]+$"},
		{Method: "GET", Path: "/r2/buckets/[^/]+$"},
		{Method: "GET", Path: "/workers/scripts/[^/]+$"},
		{Method: "GET", Path: "/workers/scripts/[^/]+/bindings$"},
		{Method: "GET", Path: "/schedules$"},
		{Method: "GET", Path: "/workers/domains/[^/]+$"},
		{Method: "GET", Path: "/rulesets/[^/]+$"},
	}
	destroyCalls = []fault{
		{Method: "PUT", Path: "/schedules$"},
		{Method: "DELETE", Path: "/workers/scripts/[^/]+$"},
		{Method: "DELETE", Path: "/workers/domains/[^/]+$"},
		{Method: "DELETE", Path: "/rulesets/[^/]+$"},
		{Method: "DELETE", Path: "/r2/buckets/[^/]+$"},
		{Method: "DELETE", Path: "/d1/database/[^/]+$"},
	}
)

// TestBadDay makes every call in a stack's life fail once, and expects the runs to succeed.
func TestBadDay(t *testing.T) {
	for how, kind := range faults {
		t.Run(how, func(t *testing.T) {
			w := newWorld(t, "dev")
			w.set("zoneId", zone, "hostname", "api.example.com", "rateLimit", "100")
			w.through(kind, firstCalls, "up", "--yes", "--skip-preview")
			assert.Equal(t, []string{"api.example.com"}, w.domains())

			w.write("worker.mjs", worker("two"))
			w.migration("0900_add_note.sql", "CREATE TABLE note (id TEXT PRIMARY KEY);")
			w.set("rateLimit", "200", "schedule", "*/10 * * * *", "historyRetentionDays", "365")
			w.through(kind, laterCalls, "up", "--yes", "--skip-preview")
			assert.Equal(t, "two", w.ask().Version)
			assert.Contains(t, w.ask().Tables, "note")
			assert.True(t, w.workersDev())

			w.through(kind, refreshCalls, "refresh", "--yes", "--skip-preview")
			assert.Contains(t, w.up(), "7 unchanged", "a refresh has read what there is")

			if kind.Kind == "status" { // a deletion that was done and not answered: see TestLostDeletion
				w.through(kind, destroyCalls, "destroy", "--yes", "--skip-preview")
			} else {
				w.run("destroy", "--yes", "--skip-preview")
			}
			assert.Empty(t, w.databases())
		})
	}
}

// through runs a command, in which each of the calls fails once.
func (w *world) through(kind fault, calls []fault, arguments ...string) {
	w.t.Helper()
	for _, call := range calls {
		failing := kind
		failing.Method, failing.Path, failing.Times = call.Method, call.Path, 1
		w.fault(failing)
	}
	assert.NotContains(w.t, w.run(arguments...), "after hook", "what follows an upload is done too")
	assert.Empty(w.t, w.faultsLeft(), "every call was made, and failed once")
	w.noFaults()
}

// TestLostDeletion loses the answer to a deletion. The provider takes the 404 of every later attempt for a failure, so the
// deleted resource has to be removed from the state.
func TestLostDeletion(t *testing.T) {
	w := newWorld(t, "dev")
	w.up()
	w.fault(fault{Method: "DELETE", Path: "/d1/database/[^/]+$", Kind: "lost", Times: 1})
	assert.Contains(t, w.refused("destroy", "--yes", "--skip-preview"), "could not be found")
	assert.Empty(t, w.databases())

	w.refused("destroy", "--yes", "--skip-preview")
	w.run("state", "delete", "urn:pulumi:dev::addreams::cloudflare:index/d1Database:D1Database::database", "--yes")
	w.run("destroy", "--yes", "--skip-preview")
	assert.NotContains(t, w.export(), "cloudflare:index/")
}

// TestSilence has a Cloudflare that accepts a call and never answers. The plugin's tests cover the provider's own calls.
func TestSilence(t *testing.T) {
	calls := map[string][]fault{
		"before the migrations, and after the upload": {
			{Method: "POST", Path: "/d1/database/.*/raw$"}, {Method: "PATCH", Path: "/script-settings$"}, {Method: "POST", Path: "/subdomain$"},
		},
		"in the migrations": {
			{Method: "GET", Path: "/time_travel/bookmark$"}, {Method: "POST", Path: "/d1/database/.*/raw$", Skip: 2},
		},
	}
	for situation, silent := range calls {
		t.Run(situation, func(t *testing.T) {
			w := newWorld(t, "dev")
			w.up()
			w.write("worker.mjs", worker("two"))
			w.migration("0900_add_note.sql", "CREATE TABLE note (id TEXT PRIMARY KEY);")

			for _, call := range silent {
				call.Kind, call.Times = "silent", 1
				w.fault(call)
			}

			said := w.up()
			assert.Empty(t, w.faultsLeft())
			assert.NotContains(t, strings.ToLower(said), "warning")
			assert.Equal(t, "two", w.ask().Version)
			assert.Contains(t, w.ask().Tables, "note")
			assert.True(t, w.workersDev())
			require.Len(t, w.query("SELECT name FROM d1_migrations WHERE name = '0900_add_note.sql'"), 1)
		})
	}
}
