package dbstudio_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWorkerHasNoStudio(t *testing.T) {
	command := exec.Command("go", "list", "-deps", "./app/cmd/worker")
	command.Dir = "../.."
	command.Env = append(command.Environ(), "GOOS=js", "GOARCH=wasm")

	output, err := command.Output()

	require.NoError(t, err)
	assert.Contains(t, string(output), "app/api\n")
	assert.NotContains(t, string(output), "app/dbstudio")
}
