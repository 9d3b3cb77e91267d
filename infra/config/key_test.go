package config_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/config/configtest"
	"github.com/addreams/addreams/infra/names"
)

func TestMisspeltKey(t *testing.T) {
	configured := configtest.Complete(t, "dev").With("trustedOrigin", "https://app.example.com")
	given, err := json.Marshal(configured.Values)
	require.NoError(t, err)
	t.Setenv(pulumi.EnvConfig, string(given))

	_, err = readStack("dev", configured)

	require.ErrorContains(t, err, "has 1 problem")
	assert.ErrorContains(t, err, "addreams:trustedOrigin is not a setting: Pulumi.yaml lists them\n      pulumi config rm addreams:trustedOrigin")
}

// TestKeysUnderASecretsFile checks that a key whose value the secrets file gives is a setting all the same.
func TestKeysUnderASecretsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".dev.vars")
	require.NoError(t, os.WriteFile(file, []byte("BETTER_AUTH_SECRET="+configtest.Secret+"\nQWEN_API_KEY=sandbox\nQWEN_REGION=bj\n"), 0o600))
	configured := configtest.Complete(t, names.Local).With("secretsFile", file).With("publicUrl", "http://localhost:8787")
	given, err := json.Marshal(configured.Values)
	require.NoError(t, err)
	t.Setenv(pulumi.EnvConfig, string(given))

	_, err = readStack(names.Local, configured)

	require.NoError(t, err)
}

// TestRetiredKey reads the file of a stack that took its Worker over when that was a setting.
func TestRetiredKey(t *testing.T) {
	configured := configtest.Complete(t, "dev").With("adoptScript", "true")
	given, err := json.Marshal(configured.Values)
	require.NoError(t, err)
	t.Setenv(pulumi.EnvConfig, string(given))

	_, err = readStack("dev", configured)

	require.NoError(t, err)
}
