package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/local"
	"github.com/addreams/addreams/local/localtest"
)

// walk is somebody who works on the database as with the service before: the targets of make in a folder with a copy of the
// migrations, and the local stack.
type walk struct {
	t        *testing.T
	dir      string
	makefile string
	program  string // the command line, built once
}

func (w *walk) command(arguments ...string) *exec.Cmd {
	command := exec.CommandContext(w.t.Context(), "make", append([]string{"-f", w.makefile, "PROGRAM=" + w.program}, arguments...)...)
	command.Dir = w.dir
	return command
}

// make runs a target, and returns what it printed.
func (w *walk) make(arguments ...string) string {
	w.t.Helper()
	said, err := w.command(arguments...).CombinedOutput()
	require.NoError(w.t, err, "make %s\n%s", strings.Join(arguments, " "), said)
	return string(said)
}

// want changes the schema that is wanted.
func (w *walk) want(old, text string) {
	w.t.Helper()
	file := filepath.Join(w.dir, "migrations/schema.sql")
	content, err := os.ReadFile(file)
	require.NoError(w.t, err)
	require.Contains(w.t, string(content), old)
	require.NoError(w.t, os.WriteFile(file, []byte(strings.Replace(string(content), old, text, 1)), 0o600))
}

// studio looks at the page of the studio once.
func (w *walk) studio() {
	w.t.Helper()
	command := w.command("db-studio", "FLAGS=--port 0")
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C goes to make and its program
	out, err := command.StdoutPipe()
	require.NoError(w.t, err)
	require.NoError(w.t, command.Start())

	link := regexp.MustCompile(`^Open (http://127\.0\.0\.1:\d+/\?secret=\S+)$`)
	lines := bufio.NewScanner(out)
	for lines.Scan() && !link.MatchString(lines.Text()) {
	}
	found := link.FindStringSubmatch(lines.Text())
	if assert.NotNil(w.t, found, "it prints its address") {
		jar, err := cookiejar.New(nil) // the address gives the browser a cookie
		require.NoError(w.t, err)
		answer, err := (&http.Client{Jar: jar}).Get(found[1])
		require.NoError(w.t, err)
		require.NoError(w.t, answer.Body.Close())
		assert.Equal(w.t, http.StatusOK, answer.StatusCode)
	}
	require.NoError(w.t, syscall.Kill(-command.Process.Pid, syscall.SIGINT))
	_ = command.Wait() // make says that it was interrupted
}

// TestOldWorkflow walks through the local work of the service before, step by step, with the commands of README's table.
func TestOldWorkflow(t *testing.T) {
	requireEngine(t)
	t.Parallel()
	localtest.Programs(t, "make", "bash", "curl")
	w, up := startWalk(t)

	// POST /api/migrate: the database as it was before the first migration, and the curl that make up has printed.
	var points []struct{ Bookmark string }
	require.NoError(t, json.Unmarshal(w.run("db", "restore", "--local", "--json"), &points))
	require.NotEmpty(t, points)
	w.run("db", "restore", "--local", "--yes", "--bookmark", points[0].Bookmark)
	curl := migrateCurl.FindString(up)
	applied := bash(t, curl)
	assert.Contains(t, applied, `"0000_windy_nicolaos.sql"`)
	assert.JSONEq(t, `{"migrations":[]}`, bash(t, curl), "the second time nothing is pending")
	assert.Contains(t, w.make("db-migrate-local"), "Nothing to apply: the database is up to date.")

	// db:push, until the schema is good; then db:generate writes it down.
	w.want("\timage text,\n", "\timage text,\n\tlocale text,\n")
	assert.Contains(t, w.make("db-push", "FLAGS=--yes"), "ALTER TABLE user ADD COLUMN locale text;")
	assert.Contains(t, w.make("db-generate", "NAME=user_locale"), "_user_locale.sql   additive")
	assert.Contains(t, string(w.run("db", "baseline", "--local", "--migrations", "migrations")), "_user_locale.sql   baseline")

	// db:generate and db:migrate:local.
	w.want("\tlocale text,\n", "\tlocale text,\n\ttheme text,\n")
	assert.Contains(t, w.make("db-generate", "NAME=user_theme"), "+ column user.theme (text)")
	assert.Regexp(t, `_user_theme\.sql +applied +additive`, w.make("db-migrate-local", "FLAGS=--migrations migrations"))
	assert.Contains(t, w.make("db-pull", "FLAGS=--diff --migrations migrations"), "has the schema of the local stack's database")

	// db:studio, with something in it to look at; and all of it as a file.
	assert.Contains(t, w.make("db-seed", "FLAGS=--migrations migrations"), "ada@seed.example")
	w.studio()
	assert.Contains(t, w.make("db-export", "FILE=dump.sql"), "dump.sql: ")
	assert.FileExists(t, filepath.Join(w.dir, "dump.sql"))
}

// run runs the command line itself.
func (w *walk) run(arguments ...string) []byte {
	w.t.Helper()
	command := exec.CommandContext(w.t.Context(), w.program, arguments...)
	command.Dir = w.dir
	var said bytes.Buffer
	command.Stderr = &said
	printed, err := command.Output()
	require.NoError(w.t, err, "%s%s", printed, &said)
	return printed
}

// startWalk does what make up does, in a folder with a copy of the migrations, and returns what it printed.
func startWalk(t *testing.T) (w *walk, said string) {
	t.Helper()
	_, err := tools()
	require.NoError(t, err)
	project, err := filepath.Abs(root)
	require.NoError(t, err)
	w = &walk{t: t, dir: t.TempDir(), makefile: filepath.Join(project, "Makefile")}
	require.NoError(t, os.CopyFS(filepath.Join(w.dir, "migrations"), os.DirFS(filepath.Join(project, "migrations"))))
	require.NoError(t, os.Symlink(filepath.Join(project, "app"), filepath.Join(w.dir, "app"))) // make looks for sources in it
	w.program = buildCommandLine(t, project, w.dir)

	cloud := localCloud(t, project, filepath.Join(w.dir, ".local"))
	var printed bytes.Buffer
	require.NoError(t, local.New(cloud, &printed).Up(t.Context()), "%s", &printed)
	return w, printed.String()
}

// buildCommandLine builds command addreams into a folder, and returns its path.
func buildCommandLine(t *testing.T, project, dir string) string {
	t.Helper()
	program := filepath.Join(dir, "addreams")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./app/cmd/addreams")
	build.Dir = project

	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return program
}
