package e2e

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/local"
)

// faults are the ways in which an answer of Cloudflare can fail for a while. The provider and the migrations retry.
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
		"the migration":           {fault{Method: "POST", Path: "/d1/database/.*/raw", Skip: 2}, false},
		"the look for a Worker":   {fault{Method: "GET", Path: "/workers/scripts/[^/]+/bindings$"}, true},
		"the upload":              {fault{Method: "PUT", Path: "/workers/scripts/[^/]+$"}, false},
		"the settings":            {fault{Method: "PATCH", Path: "/script-settings$"}, false},
		"the workers.dev switch":  {fault{Method: "POST", Path: "/subdomain$"}, false},
		"the bucket's rules":      {fault{Method: "GET", Path: "/r2/buckets/[^/]+/lifecycle$"}, false},
	}
	for failing, call := range calls {
		t.Run(failing, func(t *testing.T) {
			w := newWorld(t, "dev")
			if !call.first {
				w.up()
			}

			for i, how := range slices.Sorted(maps.Keys(faults)) {
				kind := faults[how]
				kind.Method, kind.Path, kind.Skip, kind.Times = call.Method, call.Path, call.Skip, 1
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

// upThroughFault deploys as an operator would. If the provider's own retries do not help, a second run takes over what the
// first one created but could not record.
func (w *world) upThroughFault() {
	w.t.Helper()
	said, err := w.engine.Run(w.t.Context(), "up", "--yes", "--skip-preview")
	w.noFaults()
	if err != nil {
		w.deployAgain(said)
	}
}

// deployAgain deploys again after a run that failed with this output, and takes over what that run met.
func (w *world) deployAgain(said string) {
	w.t.Helper()
	before := maps.Clone(w.settings)

	if local.MetOrphan(said) {
		orphans, err := local.FindOrphans(w.t.Context(), w.engine, w.cloud)
		require.NoError(w.t, err)
		require.False(w.t, orphans.None())
		require.NoError(w.t, orphans.Import(w.t.Context(), w.engine))
		maps.Copy(w.settings, orphans.Settings)
		w.configure()
	}
	w.up()
	w.settings = before
	w.configure()
}
