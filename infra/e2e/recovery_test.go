package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/local"
)

func TestTwoUpsAtOnce(t *testing.T) {
	w := newWorld(t, "dev")
	w.up()
	w.write("worker.mjs", worker("two"))
	w.fault(fault{Method: "PUT", Path: "/workers/scripts/", Kind: "silent", Times: 1}) // holds the first in its upload
	first := w.engine.Command(t.Context(), "up", "--yes", "--skip-preview")
	first.Env = append(first.Env, "CLOUDFLARE_TIMEOUT=600")
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

// TestStateIsWrittenAsAWhole looks for the file of attributes beside the checkpoint, which a killed run can leave half-written,
// and with which Pulumi can then load no stack.
func TestStateIsWrittenAsAWhole(t *testing.T) {
	w := newWorld(t, "dev")
	w.up()
	assert.FileExists(t, w.engine.Checkpoint())
	assert.NoFileExists(t, w.engine.Checkpoint()+".attrs")
}

func TestKilledUp(t *testing.T) {
	cases := map[string]struct {
		method, path string // of the request in which the run dies
		deployed     bool   // whether there was a deployment before
	}{
		"in the first database's creation": {"POST", "/d1/database$", false},
		"in the first upload":              {"PUT", "/workers/scripts/[^/]+$", false},
		"in a migration":                   {"POST", "/d1/database/.*/raw", true},
		"in an upload":                     {"PUT", "/workers/scripts/[^/]+$", true},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			w := newWorld(t, "dev")
			if tc.deployed {
				w.up()
			}
			w.forgetRequests()
			w.write("worker.mjs", worker("two"))
			w.migration("0900_add_note.sql", "CREATE TABLE note (id TEXT PRIMARY KEY);")
			w.fault(fault{Method: tc.method, Path: tc.path, Kind: "silent", Times: 1})
			run := w.engine.Command(t.Context(), "up", "--yes", "--skip-preview")
			require.NoError(t, run.Start())
			w.awaitFault()
			w.kill(run)
			w.noFaults()

			if said, err := w.engine.Recovered(t.Context(), "up", "--yes", "--skip-preview"); err != nil {
				require.True(t, local.MetOrphan(said), "only what was created at the moment of death blocks the deployment")
				w.deployAgain(said)
			}
			got := w.ask()
			assert.Equal(t, "two", got.Version)
			assert.Contains(t, got.Tables, "note")
			assert.NotContains(t, w.up(), "pending", "nothing is left of it")
		})
	}
}
