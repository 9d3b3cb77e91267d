package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/review"
)

// TestRestoreAndSchemaDrift restores with the command that an `up` prints, and finds what was changed in the schema by hand.
func TestRestoreAndSchemaDrift(t *testing.T) {
	w := newWorld(t, "dev")
	addreams := w.build("./app/cmd/addreams")
	w.migration("0900_add_note.sql", "CREATE TABLE note (id TEXT PRIMARY KEY);")
	w.up()
	w.query("INSERT INTO note (id) VALUES ('a')")
	w.migration("0901_drop_note.sql", "DROP TABLE note;")
	w.set("allowDestructive", "0901_drop_note.sql")
	said := w.up()
	require.NotContains(t, w.ask().Tables, "note")

	undo := regexp.MustCompile(`go run \./app/cmd/addreams (db restore --stack dev --bookmark \S+)`).FindStringSubmatch(said)
	require.NotNil(t, undo, "an up says how to undo its migrations")
	restored := w.program(addreams, append(strings.Fields(undo[1]), "--yes")...)
	assert.Contains(t, restored, "Restored the database of stack dev")
	assert.Len(t, w.query("SELECT id FROM note"), 1, "what was dropped is back")

	schema := func() review.Schema {
		printed := w.program(addreams, "db", "status", "--stack", "dev", "--json", "--migrations", w.path("migrations"))
		read, err := review.ReadSchema(strings.NewReader(printed))
		require.NoError(t, err)
		return read
	}
	assert.Empty(t, schema().Drift, "the ledger went back with the schema")
	w.query("CREATE TABLE by_hand (a TEXT)")
	assert.Contains(t, review.Drift(w.json("refresh", "--preview-only", "--json"), schema()), "+ table by_hand (1 column)")
}

// TestSmoke tests a deployment of the real Worker, and one whose last hook failed, about which the engine only warns.
func TestSmoke(t *testing.T) {
	w := newWorld(t, "dev")
	w.useBundle()
	ci := w.build("./infra/cmd/ci")
	w.set("publicUrl", strings.Replace(w.cloud.Worker, "http:", "https:", 1))
	smoke := func() (string, error) {
		outputs := strings.Replace(w.run("stack", "output", "--json"), "https:", "http:", 1)
		command := w.command(ci, "smoke", "--api", w.cloud.API, "--timeout", "20s")
		command.Stdin = strings.NewReader(outputs)
		printed, err := command.CombinedOutput()
		return string(printed), err
	}
	w.up()
	printed, err := smoke()
	require.NoError(t, err, printed)

	w.set("qwenImageModel", "qwen-image-plus")
	w.fault(fault{Method: "PATCH", Path: "/script-settings$", Kind: "status", Status: 403, Times: 1})
	assert.Contains(t, w.up(), `after hook "finish" failed`)
	printed, err = smoke()
	require.Error(t, err)
	assert.Contains(t, printed, "observability of addreams-api-dev is false, not true")
}

// build compiles one of the project's programs, and returns its path.
func (w *world) build(pkg string) string {
	w.t.Helper()
	target := w.path(filepath.Base(pkg))
	command := exec.CommandContext(w.t.Context(), "go", "build", "-o", target, pkg)
	command.Dir = root
	said, err := command.CombinedOutput()
	require.NoError(w.t, err, "%s", said)
	return target
}

// command returns a program's command in the stack's project, with the environment of its engine.
func (w *world) command(program string, arguments ...string) *exec.Cmd {
	w.t.Helper()
	tools, err := filepath.Abs(filepath.Join(root, ".local", "tools", "bin"))
	require.NoError(w.t, err)
	command := exec.CommandContext(w.t.Context(), program, arguments...)
	command.Dir = w.path("pulumi/project")
	command.Env = append(w.engine.Command(w.t.Context(), "whoami").Env, "PATH="+tools+string(os.PathListSeparator)+os.Getenv("PATH"))
	return command
}

// program runs a program that must succeed, and returns what it printed.
func (w *world) program(program string, arguments ...string) string {
	w.t.Helper()
	printed, err := w.command(program, arguments...).CombinedOutput()
	require.NoError(w.t, err, "%s", printed)
	return string(printed)
}
