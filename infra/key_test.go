package main

import (
	"encoding/json"
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
