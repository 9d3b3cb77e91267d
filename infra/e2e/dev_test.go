package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/dev"
	"github.com/addreams/addreams/infra/local"
	"github.com/addreams/addreams/infra/localcloud"
)

// edited is a session of make dev on a copy of the sources.
type edited struct {
	t      *testing.T
	dir    string
	worker string // its address
	enter  io.Writer

	mutex sync.Mutex
	said  bytes.Buffer
}

func (e *edited) Write(text []byte) (int, error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.said.Write(text)
}

// says waits until the session has said something, and returns all that it said since the last call.
func (e *edited) says(what string) string {
	e.t.Helper()
	var text string
	found := assert.Eventually(e.t, func() bool {
		e.mutex.Lock()
		defer e.mutex.Unlock()
		text = e.said.String()
		return strings.Contains(text, what)
	}, 2*time.Minute, 20*time.Millisecond)
	require.True(e.t, found, "it never said %q, but\n%s", what, text)

	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.said.Reset()
	return text
}

// edit replaces a text in a file, or makes the file.
func (e *edited) edit(name, old, text string) {
	e.t.Helper()
	path := filepath.Join(e.dir, name)
	content, err := os.ReadFile(path)
	if old != "" {
		require.NoError(e.t, err)
		require.Contains(e.t, string(content), old)
	}
	require.NoError(e.t, os.WriteFile(path, []byte(strings.Replace(string(content), old, text, 1)), 0o600))
}

// health returns what the Worker answers.
func (e *edited) health() string {
	e.t.Helper()
	answer, err := http.Get(e.worker + "/api/health")
	require.NoError(e.t, err)
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	require.NoError(e.t, err)
	return string(content)
}

// copySources copies what the Worker is built from.
func copySources(t *testing.T, project, dir string) {
	t.Helper()
	for _, folder := range []string{"app", "migrations"} {
		err := filepath.WalkDir(filepath.Join(project, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.Name() == "dbstudio" {
				return fs.SkipDir
			}
			name, err := filepath.Rel(project, path)
			if err != nil {
				return err
			}
			if entry.IsDir() {
				return os.Mkdir(filepath.Join(dir, name), 0o700)
			}
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, name), content, 0o600)
		})
		require.NoError(t, err)
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(project, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
}

// TestDev edits sources as their author does under make dev.
func TestDev(t *testing.T) {
	requireEngine(t)
	t.Parallel()
	_, err := tools()
	require.NoError(t, err)
	project, err := filepath.Abs(root)
	require.NoError(t, err)
	dir := t.TempDir()
	copySources(t, project, dir)
	program := buildCommandLine(t, project, dir)
	cloud := localcloud.LocalCloud{Root: project, Dir: filepath.Join(dir, ".local"), WorkerPort: freePort(t), APIPort: freePort(t), TLSPort: freePort(t)}
	t.Cleanup(func() { _ = cloud.Stop(context.Background()) })
	keys, enter := io.Pipe()
	e := &edited{t: t, dir: dir, worker: fmt.Sprintf("http://127.0.0.1:%d", cloud.WorkerPort), enter: enter}
	stack := local.New(cloud, e)
	require.NoError(t, stack.Up(t.Context()))

	ctx, interrupt := context.WithCancel(t.Context())
	session := dev.Session{Root: dir, Upload: stack.Upload, Deploy: stack.Up, Command: []string{program}, Keys: keys, Out: e}
	ended := make(chan error, 1)
	go func() { ended <- session.Run(ctx) }()
	e.says("watching")

	e.edit("app/api/health.go", `"addreams-api"`, `"edited-api"`)
	assert.Contains(t, e.says(" after "), "app/api/health.go: the new Worker serves after ")
	assert.Contains(t, e.health(), `"service":"edited-api"`)

	e.edit("app/api/health.go", `"edited-api"`, `mistaken`)
	assert.Contains(t, e.says("mistaken"), "failed after ")
	assert.Contains(t, e.health(), `"service":"edited-api"`, "the old Worker serves on")

	e.edit("app/api/health.go", `mistaken`, `"mended-api"`)
	e.says(" after ")
	assert.Contains(t, e.health(), `"service":"mended-api"`)

	require.NoError(t, os.Mkdir(filepath.Join(dir, "infra"), 0o700))
	e.edit("infra/main.go", "", "package main\n")
	assert.Contains(t, e.says("infra/main.go: the stack is up to date after "), "~ 1 updated", "what was built last is deployed again")
	assert.Contains(t, e.health(), `"service":"addreams-api"`)

	e.edit("migrations/9000_motto.sql", "", "ALTER TABLE user ADD COLUMN motto text;\n")
	assert.Contains(t, e.says("press Enter to apply that"), "+ column user.motto (text)")
	_, err = io.WriteString(e.enter, "\n")
	require.NoError(t, err)
	assert.Regexp(t, `9000_motto\.sql +applied`, e.says("To undo"))

	interrupt()
	require.NoError(t, <-ended)
}
