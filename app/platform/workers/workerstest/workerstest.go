// Package workerstest runs tests written for Node against a Worker in workerd.
package workerstest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/platform/workers/bundle"
	"github.com/addreams/addreams/local/localtest"
)

// Run bundles the package with little compression, and runs the files test/*.test.mjs of the current directory. They find
// the bundle in the directory that the variable WORKER_BUNDLE names.
func Run(t *testing.T, pkg string) {
	t.Helper()
	localtest.Require(t)
	tests, err := filepath.Glob("test/*.test.mjs")
	require.NoError(t, err)
	require.NotEmpty(t, tests)

	out := t.TempDir()
	_, err = bundle.Build(t.Context(), bundle.Options{Package: pkg, Out: out, Quick: true})
	require.NoError(t, err)

	command := exec.CommandContext(t.Context(), "node", append([]string{"--test", "--test-reporter=spec", "--test-timeout=240000"}, tests...)...)
	command.Env = append(os.Environ(), "WORKER_BUNDLE="+out)
	output, err := command.CombinedOutput()
	t.Logf("%s", output)
	require.NoError(t, err, "Node 20 or newer is needed")
}
