// Package e2e runs the real engine with the real program on the local Cloudflare: what an operator does, what can go wrong,
// and what is left afterwards. Each test has its own Cloudflare, state and bundle; the programs are built once.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/engine"
	"github.com/addreams/addreams/infra/localcloud"
	"github.com/addreams/addreams/local/localtest"
)

// root is the project's directory.
const root = "../.."

// tools builds what every test runs, once.
var tools = sync.OnceValues(func() (engine.Tools, error) {
	dir, err := filepath.Abs(root)
	if err != nil {
		return engine.Tools{}, err
	}
	return engine.BuildTools(context.Background(), dir, os.Stderr)
})

// requireEngine skips a test if what it needs would have to be installed or built first, which takes minutes. If no test may
// be skipped, the test goes on, and fails without it.
func requireEngine(t *testing.T) {
	t.Helper()
	localtest.Require(t)
	if _, err := os.Stat(filepath.Join(root, ".local/tools/bin")); err != nil && os.Getenv(localtest.Complete) == "" {
		t.Skip("left out: it runs the Pulumi engine, which `make up` builds; `make test` runs everything")
	}
}

// world is what one test has: a Cloudflare, and a stack on it.
type world struct {
	t        *testing.T
	dir      string
	cloud    localcloud.Running
	engine   *engine.Engine
	settings map[string]string
}

// newWorld starts an empty Cloudflare for the test and configures a stack on it, with a small Worker as its bundle and a
// copy of the project's migrations.
func newWorld(t *testing.T, name string) *world {
	t.Helper()
	requireEngine(t)
	t.Parallel()
	return configuredWorld(t, name)
}

// configuredWorld is newWorld for a test that can't run beside others.
func configuredWorld(t *testing.T, name string) *world {
	t.Helper()
	w := emptyWorld(t, name)
	w.settings["addreams:accountId"] = w.cloud.ID
	w.settings["addreams:publicUrl"] = "https://api.example.com"
	w.configure()
	w.secret("betterAuthSecret", firstSecret)
	w.secret("qwenApiKey", localcloud.SandboxKey)
	return w
}

// emptyWorld returns a world whose stack has no settings but its bundle and its migrations. files are written to its folder
// before the engine is created.
func emptyWorld(t *testing.T, name string, files ...string) *world {
	t.Helper()
	built, err := tools()
	require.NoError(t, err)
	project, err := filepath.Abs(root)
	require.NoError(t, err)
	w := &world{t: t, dir: t.TempDir()}
	for i := 0; i < len(files); i += 2 {
		write(t, w.dir, files[i], files[i+1])
	}
	cloud := localcloud.LocalCloud{Root: project, Dir: filepath.Join(w.dir, "cloud"), Faults: true}
	w.cloud, err = cloud.Start(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cloud.Stop(context.Background())) })

	said := &log{t: t}
	t.Cleanup(said.close)
	w.engine, err = engine.New(built, filepath.Join(w.dir, "pulumi"), name, w.cloud, said)
	require.NoError(t, err)
	w.settings = map[string]string{
		"addreams:bundle":     w.path("worker.mjs"),
		"addreams:migrations": w.path("migrations"),
	}
	w.write("worker.mjs", worker("one"))
	require.NoError(t, os.CopyFS(w.path("migrations"), os.DirFS(filepath.Join(project, "migrations"))))
	require.NoError(t, os.Remove(w.path("migrations/embed.go")))
	return w
}

// The cookie key of a new world, and a second one.
const (
	firstSecret  = "first-cookie-key-0123456789abcdefghij"
	secondSecret = "second-cookie-key-0123456789abcdefghi"
)

// worker returns a small Worker that answers with its version, a variable, a digest of its secret, and the tables it finds.
func worker(version string) string {
	return fmt.Sprintf(`
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
export default {
	async fetch(request, env) {
		const { results } = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
		const key = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(env.BETTER_AUTH_SECRET));
		return Response.json({
			version: %q, schema: env.SCHEMA_VERSION, model: env.QWEN_IMAGE_MODEL, key: hex(key), tables: results.map(({ name }) => name),
		});
	},
	async scheduled() {},
};
`, version)
}

// answer is what that Worker answers.
type answer struct {
	Version, Schema, Model, Key string
	Tables                      []string
}

func (w *world) ask() answer {
	w.t.Helper()
	body := w.askText()
	var a answer
	require.NoError(w.t, json.Unmarshal([]byte(body), &a), "%s", body)
	return a
}

// askText returns what any Worker answers.
func (w *world) askText() string {
	w.t.Helper()
	response, err := http.Get(w.cloud.Worker)
	require.NoError(w.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	return string(body)
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

func (w *world) write(name, content string) {
	w.t.Helper()
	require.NoError(w.t, os.WriteFile(w.path(name), []byte(content), 0o600))
}

// set changes settings, by key and value in turn.
func (w *world) set(pairs ...string) {
	w.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		w.settings["addreams:"+pairs[i]] = pairs[i+1]
	}
	w.configure()
}

func (w *world) configure() {
	w.t.Helper()
	require.NoError(w.t, w.engine.Configure(w.t.Context(), maps.Clone(w.settings)))
}

func (w *world) secret(key, value string) {
	w.t.Helper()
	require.NoError(w.t, w.engine.SetSecret(w.t.Context(), "addreams:"+key, value))
}

// run runs a command that must succeed, and returns its output.
func (w *world) run(arguments ...string) string {
	w.t.Helper()
	said, err := w.engine.Run(w.t.Context(), arguments...)
	require.NoError(w.t, err)
	return said
}

// refused runs a command that must fail, and returns its output.
func (w *world) refused(arguments ...string) string {
	w.t.Helper()
	said, err := w.engine.Run(w.t.Context(), arguments...)
	require.Error(w.t, err, "%s", said)
	return said
}

// up brings the stack up, as a deployment does.
func (w *world) up() string {
	w.t.Helper()
	return w.run("up", "--yes", "--skip-preview")
}

// migration adds a migration.
func (w *world) migration(name, sql string) {
	w.t.Helper()
	w.write(filepath.Join("migrations", name), sql)
}

// query runs SQL on the stack's database, bypassing the Worker.
func (w *world) query(sql string) []map[string]any {
	w.t.Helper()
	var databases []struct{ UUID, Name string }
	require.NoError(w.t, w.cloud.Account().Get(w.t.Context(), "/d1/database", &databases))
	require.Len(w.t, databases, 1)
	var results []struct{ Results []map[string]any }
	path := "/d1/database/" + databases[0].UUID + "/query"
	require.NoError(w.t, w.cloud.Account().Create(w.t.Context(), path, map[string]string{"sql": sql}, &results))
	return results[len(results)-1].Results
}

// export returns the stack's whole state as text.
func (w *world) export() string {
	w.t.Helper()
	return w.run("stack", "export")
}

// log passes the engine's output to the test's log, line by line, until the test is over.
type log struct {
	sync.Mutex
	t      *testing.T
	closed bool
}

func (l *log) Write(text []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	if !l.closed {
		for line := range bytes.Lines(text) {
			if said := strings.TrimSpace(string(line)); said != "" && len(said) < 1000 {
				l.t.Log(said)
			}
		}
	}
	return len(text), nil
}

func (l *log) close() {
	l.Lock()
	defer l.Unlock()
	l.closed = true
}
