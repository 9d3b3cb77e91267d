package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The frontend's Vite listens on 5173, its development Worker on 8788: both run beside the local stack.
func TestPortsLeaveRoomForTheFrontend(t *testing.T) {
	for _, variable := range []string{"ADDREAMS_WORKER_PORT", "ADDREAMS_API_PORT", "ADDREAMS_TLS_PORT"} {
		t.Setenv(variable, "")
	}

	cloud, err := here()

	require.NoError(t, err)
	ports := []int{cloud.WorkerPort, cloud.APIPort, cloud.TLSPort}
	assert.Equal(t, 8787, cloud.WorkerPort, "where the frontend looks for the API")
	for _, taken := range []int{5173, 8788} {
		assert.NotContains(t, ports, taken)
	}
}
