package localcloud_test

import (
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/localcloud"
)

func TestStartWithPortInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port

	_, err = localcloud.LocalCloud{Root: t.TempDir(), Dir: t.TempDir(), APIPort: port}.Start(t.Context())

	require.ErrorContains(t, err, fmt.Sprintf("port %d is in use", port))
	assert.ErrorContains(t, err, "ADDREAMS_API_PORT=")
}

func TestStartReportsWhyNot(t *testing.T) {
	_, err := localcloud.LocalCloud{Root: t.TempDir(), Dir: t.TempDir()}.Start(t.Context())

	require.ErrorContains(t, err, "the local Cloudflare did not start")
	assert.ErrorContains(t, err, "main.mjs", "the end of its log is shown")
}
