package e2e

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/dev"
	"github.com/addreams/addreams/infra/local"
)

// edited is a copy of the sources that is edited, and the stack that make dev keeps up to date with it.
type edited struct {
	t       *testing.T
	dir     string
	worker  string // its address
	session dev.Session
	said    bytes.Buffer
}

// save edits a file as edit does, lets the session see that, and returns what it says.
func (e *edited) save(name, old, text string) string {
	e.t.Helper()
	e.edit(name, old, text)
	e.said.Reset()
	e.session.Update(e.t.Context(), []string{name})
	return e.said.String()
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
	require.NoError(e.t, os.MkdirAll(filepath.Dir(path), 0o700))
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
	cloud := localCloud(t, project, filepath.Join(dir, ".local"))
	e := &edited{t: t, dir: dir, worker: fmt.Sprintf("http://127.0.0.1:%d", cloud.WorkerPort)}
	stack := local.New(cloud, &e.said)
	e.session = dev.Session{Root: dir, Upload: stack.Upload, Deploy: stack.Up, Command: []string{program}, Out: &e.said}
	require.NoError(t, stack.Up(t.Context()))

	assert.Contains(t, e.save("app/api/health.go", `"addreams-api"`, `"edited-api"`), "app/api/health.go: the new Worker serves after ")
	assert.Contains(t, e.health(), `"service":"edited-api"`)

	said := e.save("app/api/health.go", "// health reports", "var _ = mistaken\n\n// health reports")
	assert.Contains(t, said, "failed after ")
	assert.Contains(t, said, "undefined: mistaken")
	assert.Contains(t, e.health(), `"service":"edited-api"`, "the old Worker serves on")

	e.edit("app/api/health.go", "var _ = mistaken\n\n", "")
	e.save("app/api/health.go", `"edited-api"`, `"mended-api"`)
	assert.Contains(t, e.health(), `"service":"mended-api"`)

	said = e.save("infra/main.go", "", "package main\n")
	assert.Contains(t, said, "infra/main.go: the stack is up to date after ")
	assert.Contains(t, said, "~ 1 updated", "what was built last is deployed again")
	assert.Contains(t, e.health(), `"service":"addreams-api"`)

	said = e.save("migrations/9000_motto.sql", "", "ALTER TABLE user ADD COLUMN motto text;\n")
	assert.Contains(t, said, "+ column user.motto (text)")
	assert.Contains(t, said, "press Enter to apply that")
	e.session.Migrate(t.Context())
	assert.Regexp(t, `9000_motto\.sql +applied`, e.said.String())
}
