package e2e

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/addreams/addreams/infra/stack"
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
	w.awaitFault()

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
	calls := map[string]struct {
		fault
		first bool // made by a first deployment only
	}{
		"the bucket's creation":   {fault{Method: "POST", Path: "/r2/buckets$"}, true},
		"the database's creation": {fault{Method: "POST", Path: "/d1/database$"}, true},
		"the schedule":            {fault{Method: "PUT", Path: "/schedules$"}, true},
		"the ledger's reading":    {fault{Method: "POST", Path: "/d1/database/.*/raw"}, false},
		"the restore point":       {fault{Method: "GET", Path: "/time_travel/bookmark"}, false},
		"the upload":              {fault{Method: "PUT", Path: "/workers/scripts/[^/]+$"}, false},
		"the settings":            {fault{Method: "PATCH", Path: "/script-settings$"}, false},
		"the workers.dev switch":  {fault{Method: "POST", Path: "/subdomain$"}, false},
	}
	for failing, call := range calls {
		t.Run(failing, func(t *testing.T) {
			w := newWorld(t, "dev")
			if !call.first {
				w.up()
			}
			for i, how := range slices.Sorted(maps.Keys(faults)) {
				kind := faults[how]
				kind.Method, kind.Path, kind.Times = call.Method, call.Path, 1
				w.write("worker.mjs", worker(how))
				w.migration(fmt.Sprintf("090%d_table.sql", i), fmt.Sprintf("CREATE TABLE table_%d (id TEXT);", i))
				w.fault(kind)

				w.upThroughFault()

				got := w.ask()
				assert.Equal(t, how, got.Version)
				assert.Contains(t, got.Tables, fmt.Sprintf("table_%d", i), how)
				assert.True(t, w.workersDev(), "%s: what is set after the upload is set", how)
				if call.first {
					w.run("destroy", "--yes", "--skip-preview")
				}
			}
		})
	}
}

// upThroughFault deploys as an operator would: what the provider's own tries do not hide is mended by a second run, which
// takes over what the first created and could not note.
func (w *world) upThroughFault() {
	w.t.Helper()
	said, err := w.engine.Run(w.t.Context(), "up", "--yes", "--skip-preview")
	w.noFaults()
	if err == nil {
		return
	}
	before := maps.Clone(w.settings)
	if stack.MetOrphan(said) {
		orphans, err := w.engine.Orphans(w.t.Context())
		require.NoError(w.t, err)
		require.NotEmpty(w.t, orphans)
		maps.Copy(w.settings, orphans)
		w.configure()
	}
	w.up()
	w.settings = before
	w.configure()
}
