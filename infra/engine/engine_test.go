package engine

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/localcloud"
)

func TestLockHolder(t *testing.T) {
	here, err := os.Hostname()
	require.NoError(t, err)
	ended := exec.Command("true")
	require.NoError(t, ended.Run())

	message := func(host string, pid int) string {
		return fmt.Sprintf("error: the stack is currently locked by 1 lock(s).\n  file:///s/.pulumi/locks/a.json: created by ada@%s (pid %d) at 2026-02-10T10:00:00Z", host, pid)
	}
	cases := map[string]struct {
		message string
		held    bool
	}{
		"its process has ended":               {message(here, ended.Process.Pid), false},
		"its number went to another":          {message(here, os.Getpid()), false},
		"it was made on another machine":      {message("elsewhere", ended.Process.Pid), true},
		"the message is about something else": {"error: no such stack", false},
	}

	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			_, held := lockHolder(tc.message)
			assert.Equal(t, tc.held, held)
		})
	}
}

func TestMovedCheckout(t *testing.T) {
	dir, before, after := t.TempDir(), filepath.Join(t.TempDir(), "plugin"), filepath.Join(t.TempDir(), "plugin")
	const installed = "home/plugins/resource-cloudflare-v" + PluginVersion + "/pulumi-resource-cloudflare"
	for _, plugin := range []string{before, after} {
		require.NoError(t, os.WriteFile(plugin, []byte(plugin), 0o700))
		_, err := New(Tools{plugin: plugin}, dir, "local", localcloud.Running{}, io.Discard)
		require.NoError(t, err)
		content, err := os.ReadFile(filepath.Join(dir, installed))
		require.NoError(t, err)
		assert.Equal(t, plugin, string(content))
		require.NoError(t, os.Remove(plugin))
	}

	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, ".local/tools/bin"), 0o700))
	link := filepath.Join(root, ".local/tools/bin/host")
	require.NoError(t, os.Symlink(before, link))
	require.NoError(t, os.WriteFile(filepath.Join(root, "host"), []byte("#!/bin/sh"), 0o700))
	b := builder{root: root, out: io.Discard}
	b.link("host", "bin/host")
	require.NoError(t, b.err)
	assert.FileExists(t, link)
}

// TestPluginVersion compares the version of the plugin with the SDK's, and with that of the stand-in.
func TestPluginVersion(t *testing.T) {
	sdk, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	assert.Contains(t, string(sdk), "github.com/pulumi/pulumi-cloudflare/sdk/v5 v"+PluginVersion+"\n", "infra/engine/tools.go: PluginVersion")

	standIn, err := os.ReadFile("../../local/plugin/provider.go")
	require.NoError(t, err)
	assert.Contains(t, string(standIn), `const version = "`+PluginVersion+`"`, "local/plugin/provider.go: version")
}
