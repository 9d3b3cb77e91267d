package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTwoUpsAtOnce(t *testing.T) {
	w := newWorld(t, "dev")
	w.up()
	w.write("worker.mjs", worker("two"))
	w.fault(fault{Method: "PUT", Path: "/workers/scripts/", Kind: "silent", Times: 1}) // holds the first in its upload
	first := w.engine.Command(t.Context(), "up", "--yes", "--skip-preview")
	require.NoError(t, first.Start())
	w.awaitRequest("PUT", "/workers/scripts/")

	_, err := w.engine.Recovered(t.Context(), "up", "--yes", "--skip-preview")
	require.ErrorContains(t, err, "another run holds the stack", "the lock of a living run is not broken")

	w.kill(first)
	w.noFaults()
	_, err = w.engine.Recovered(t.Context(), "up", "--yes", "--skip-preview")
	require.NoError(t, err, "that of a dead one is")
	assert.Equal(t, "two", w.ask().Version)
}

func TestKilledUp(t *testing.T) {
	cases := map[string]struct {
		method, path string // of the request in which the run dies
		deployed     bool   // whether there was a deployment before
	}{
		"in the first database's creation": {"POST", "/d1/database$", false},
		"in a migration":                   {"POST", "/d1/database/.*/raw", true},
		"in an upload":                     {"PUT", "/workers/scripts/[^/]+$", true},
	}
	for situation, c := range cases {
		t.Run(situation, func(t *testing.T) {
			w := newWorld(t, "dev")
			if c.deployed {
				w.up()
			}
			w.forgetRequests()
			w.write("worker.mjs", worker("two"))
			w.migration("0900_add_note.sql", "CREATE TABLE note (id TEXT PRIMARY KEY);")
			w.fault(fault{Method: c.method, Path: c.path, Kind: "silent", Times: 1})
			run := w.engine.Command(t.Context(), "up", "--yes", "--skip-preview")
			require.NoError(t, run.Start())
			w.awaitFault()
			w.kill(run)
			w.noFaults()

			_, err := w.engine.Recovered(t.Context(), "up", "--yes", "--skip-preview")
			require.NoError(t, err)
			got := w.ask()
			assert.Equal(t, "two", got.Version)
			assert.Contains(t, got.Tables, "note")
			assert.NotContains(t, w.up(), "pending", "nothing is left of it")
		})
	}
}

// faults are how an answer of Cloudflare can fail for a while. The provider and the migrations try again.
var faults = map[string]fault{
	"too many requests": {Kind: "status", Status: 429},
	"an error":          {Kind: "status", Status: 500},
	"no answer":         {Kind: "lost"},
	"half an answer":    {Kind: "half"},
}

func TestFaultsOfCloudflare(t *testing.T) {
	calls := map[string]fault{
		"the bucket's creation":   {Method: "POST", Path: "/r2/buckets$"},
		"the database's creation": {Method: "POST", Path: "/d1/database$"},
		"the ledger's reading":    {Method: "POST", Path: "/d1/database/.*/raw"},
		"the restore point":       {Method: "GET", Path: "/time_travel/bookmark"},
		"the upload":              {Method: "PUT", Path: "/workers/scripts/[^/]+$"},
		"the schedule":            {Method: "PUT", Path: "/schedules$"},
		"the settings":            {Method: "PATCH", Path: "/script-settings$"},
		"the workers.dev switch":  {Method: "POST", Path: "/subdomain$"},
	}
	for failing, call := range calls {
		t.Run(failing, func(t *testing.T) {
			w := newWorld(t, "dev")
			for how, kind := range faults {
				kind.Method, kind.Path, kind.Times = call.Method, call.Path, 1
				w.fault(kind)
				_, err := w.engine.Run(t.Context(), "up", "--yes", "--skip-preview")
				if err != nil {
					w.noFaults()
					w.up() // what could not be hidden is mended by the next run
				}
				assert.Equal(t, "one", w.ask().Version, how)
				w.run("destroy", "--yes", "--skip-preview")
			}
		})
	}
}
