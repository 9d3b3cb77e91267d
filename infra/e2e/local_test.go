package e2e

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/local"
	"github.com/addreams/addreams/infra/localcloud"
	"github.com/addreams/addreams/local/localtest"
)

// migrateCurl is the command that make up prints for POST /api/migrate.
var migrateCurl = regexp.MustCompile(`curl .*/api/migrate`)

// TestLocal does what make up, down and clean do.
func TestLocal(t *testing.T) {
	requireEngine(t)
	t.Parallel()
	_, err := tools()
	require.NoError(t, err)
	project, err := filepath.Abs(root)
	require.NoError(t, err)
	cloud := localCloud(t, project, t.TempDir())
	var said bytes.Buffer
	stack := local.New(cloud, &said)
	up := func() string {
		t.Helper()
		said.Reset()
		require.NoError(t, stack.Up(t.Context()), "%s", &said)
		return said.String()
	}

	first := up()
	assert.Contains(t, first, "+ 5 created")
	assert.Contains(t, first, "curl ", "it says what to try")
	assert.Contains(t, first, "make down", "and how to stop")
	assert.JSONEq(t, `{"migrations":[]}`, bash(t, migrateCurl.FindString(first)), "the deployment has applied all of them")

	assert.Contains(t, up(), "Nothing changed.")

	require.NoError(t, stack.Down(t.Context()))
	_, running := cloud.Find(t.Context())
	assert.False(t, running)
	assert.Contains(t, up(), "Nothing changed.", "down keeps the data")

	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	require.Error(t, stack.Up(interrupted))
	assert.Contains(t, up(), "Nothing changed.", "an interrupted run is no obstacle")

	require.NoError(t, stack.Clean(t.Context()))
	assert.Contains(t, said.String(), "5 deleted", "clean destroys the stack")
	left, err := os.ReadDir(cloud.Dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}

// bash runs a command line as a person would paste it, and returns its output.
func bash(t *testing.T, line string) string {
	t.Helper()
	localtest.Programs(t, "bash", "curl")
	require.NotEmpty(t, line)
	output, err := exec.CommandContext(t.Context(), "bash", "-c", line).Output()
	require.NoError(t, err)
	return string(output)
}

// localCloud returns a local Cloudflare in a folder, with ports of its own, which is stopped when the test ends.
func localCloud(t *testing.T, project, dir string) localcloud.LocalCloud {
	t.Helper()
	cloud := localcloud.LocalCloud{Root: project, Dir: dir, WorkerPort: freePort(t), APIPort: freePort(t), TLSPort: freePort(t)}
	t.Cleanup(func() { _ = cloud.Stop(context.Background()) })
	return cloud
}

// lastPort is the port that freePort returned last. Where it starts differs between runs that go side by side.
var lastPort atomic.Int64

func init() { lastPort.Store(20000 + int64(os.Getpid()%1000)*10) }

// freePort returns a port that stays free until the test listens on it: below those that systems give to port 0 and to
// outgoing connections (32768 and up on Linux, 49152 and up elsewhere), and not the same twice.
func freePort(t *testing.T) int {
	t.Helper()
	for {
		port := int(lastPort.Add(1))
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			require.NoError(t, listener.Close())
			return port
		}
	}
}
