package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMisspeltKey(t *testing.T) {
	configured := complete(t, "dev").with("trustedOrigin", "https://app.example.com")
	given, err := json.Marshal(configured.values)
	require.NoError(t, err)
	t.Setenv(pulumi.EnvConfig, string(given))

	_, err = declareStack(t, "dev", configured)

	require.ErrorContains(t, err, "needs mending (1)")
	assert.ErrorContains(t, err, "addreams:trustedOrigin is no setting: Pulumi.yaml lists them\n      pulumi config rm addreams:trustedOrigin")
}

// TestKeysUnderASecretsFile checks that a key whose value the secrets file gives is a setting all the same.
func TestKeysUnderASecretsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".dev.vars")
	require.NoError(t, os.WriteFile(file, []byte("BETTER_AUTH_SECRET="+someSecret+"\nQWEN_API_KEY=sandbox\nQWEN_REGION=bj\n"), 0o600))
	configured := complete(t, local).with("secretsFile", file).with("publicUrl", "http://localhost:8787")
	given, err := json.Marshal(configured.values)
	require.NoError(t, err)
	t.Setenv(pulumi.EnvConfig, string(given))

	_, err = declareStack(t, local, configured)

	require.NoError(t, err)
}
