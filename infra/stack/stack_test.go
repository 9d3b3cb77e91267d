package stack

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/dotenv"
)

func TestLockHolder(t *testing.T) {
	here, err := os.Hostname()
	require.NoError(t, err)
	ended := exec.Command("true")
	require.NoError(t, ended.Run())
	complaint := func(host string, pid int) string {
		return fmt.Sprintf("error: the stack is currently locked by 1 lock(s).\n  file:///s/.pulumi/locks/a.json: created by ada@%s (pid %d) at 2026-02-10T10:00:00Z", host, pid)
	}
	cases := map[string]struct {
		complaint string
		held      bool
	}{
		"its process has ended":               {complaint(here, ended.Process.Pid), false},
		"its number went to another":          {complaint(here, os.Getpid()), false},
		"it was made on another machine":      {complaint("elsewhere", ended.Process.Pid), true},
		"the complaint is about other things": {"error: no such stack", false},
	}
	for situation, c := range cases {
		t.Run(situation, func(t *testing.T) {
			_, held := lockHolder(c.complaint)
			assert.Equal(t, c.held, held)
		})
	}
}

func TestChanged(t *testing.T) {
	cases := map[string]struct {
		said string
		want bool
	}{
		"all is the same": {"Updating (local):\n\nResources:\n    5 unchanged\n\nDuration: 1s\n", false},
		"one is updated":  {"Updating (local):\n\nResources:\n    ~ 1 updated\n    4 unchanged\n", true},
		"all is new":      {"Resources: \n\nResources:\n    + 5 created\n", true},
		"nothing is said": {"", true},
	}
	for situation, c := range cases {
		t.Run(situation, func(t *testing.T) { assert.Equal(t, c.want, changed(c.said)) })
	}
}

func TestIndented(t *testing.T) {
	var out bytes.Buffer
	w := &indented{out: &out}
	for _, piece := range []string{"Updat", "ing\n\n", " + bucket\n + data", "base \n"} {
		n, err := w.Write([]byte(piece))
		require.NoError(t, err)
		assert.Equal(t, len(piece), n)
	}
	assert.Equal(t, "      Updating\n       + bucket\n       + database\n", out.String())
}

func TestWriteSecrets(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	read := func() map[string]string {
		t.Helper()
		path, err := writeSecrets(root, dir)
		require.NoError(t, err)
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "only its owner reads it")
		secrets, err := dotenv.Read(path)
		require.NoError(t, err)
		return secrets
	}

	made := read()
	assert.Equal(t, SandboxKey, made["QWEN_API_KEY"])
	assert.Greater(t, len(made["BETTER_AUTH_SECRET"]), 32)
	keys, err := binding.ParseKeys(made["ACCOUNT_TOKEN_KEYS"])
	require.NoError(t, err)
	assert.Len(t, keys, 1)
	assert.Equal(t, made, read(), "sessions and OAuth tokens outlive a restart")

	require.NoError(t, os.WriteFile(filepath.Join(root, ".dev.vars"), []byte("QWEN_API_KEY=\nBETTER_AUTH_SECRET=\n"), 0o600))
	assert.Equal(t, made, read(), "a name without a value is not given")

	content := "QWEN_API_KEY=sk-real\nGOOGLE_CLIENT_ID=\"id with = and # in it\"\nGOOGLE_CLIENT_SECRET=GOCSPX-a$Bc_d\n"
	require.NoError(t, os.WriteFile(filepath.Join(root, ".dev.vars"), []byte(content), 0o600))
	given := read()
	assert.Equal(t, "sk-real", given["QWEN_API_KEY"])
	assert.Equal(t, "id with = and # in it", given["GOOGLE_CLIENT_ID"])
	assert.Equal(t, "GOCSPX-a$Bc_d", given["GOOGLE_CLIENT_SECRET"], "as it was written down")
	assert.Equal(t, made["BETTER_AUTH_SECRET"], given["BETTER_AUTH_SECRET"])

	require.NoError(t, os.WriteFile(filepath.Join(root, ".dev.vars"), []byte("sk-secret in the wrong place"), 0o600))
	_, err = writeSecrets(root, dir)
	require.ErrorContains(t, err, ".dev.vars can't be read")
	assert.NotContains(t, err.Error(), "sk-secret")
}

func TestStartWithPortInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port

	_, err = Site{Root: t.TempDir(), Dir: t.TempDir(), APIPort: port}.Start(t.Context())
	require.ErrorContains(t, err, fmt.Sprintf("port %d is in use", port))
	assert.ErrorContains(t, err, "ADDREAMS_API_PORT=")
}

func TestStartTellsWhyNot(t *testing.T) {
	_, err := Site{Root: t.TempDir(), Dir: t.TempDir()}.Start(t.Context())
	require.ErrorContains(t, err, "the local Cloudflare did not start")
	assert.ErrorContains(t, err, "main.mjs", "the end of its log is shown")
}

func TestMovedCheckout(t *testing.T) {
	dir, before, after := t.TempDir(), filepath.Join(t.TempDir(), "plugin"), filepath.Join(t.TempDir(), "plugin")
	const installed = "home/plugins/resource-cloudflare-v" + pluginVersion + "/pulumi-resource-cloudflare"
	for _, plugin := range []string{before, after} {
		require.NoError(t, os.WriteFile(plugin, []byte(plugin), 0o700))
		_, err := NewEngine(Tools{plugin: plugin}, dir, "local", Cloud{}, io.Discard)
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
