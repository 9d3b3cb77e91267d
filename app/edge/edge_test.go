// Package edge_test runs a test Worker of its own (internal/testworker) in workerd, and asks it from Node.
package edge_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/edge/bundle"
)

func TestInWorkerd(t *testing.T) {
	const packages = "../../local/node_modules/miniflare"
	require.DirExists(t, packages, "workerd comes from npm: run `npm ci` in local, or `make test`, which does")
	out := t.TempDir()
	_, err := bundle.Build(t.Context(), bundle.Options{Package: "./internal/testworker", Out: out, Quick: true})
	require.NoError(t, err)
	tests, err := filepath.Glob("test/*.test.mjs")
	require.NoError(t, err)
	require.NotEmpty(t, tests)
	command := exec.CommandContext(t.Context(), "node", append([]string{"--test", "--test-reporter=spec", "--test-timeout=120000"}, tests...)...)
	command.Env = append(os.Environ(), "EDGE_BUNDLE="+out)
	output, err := command.CombinedOutput()
	t.Logf("%s", output)
	require.NoError(t, err, "Node 20 or newer is needed")
}
