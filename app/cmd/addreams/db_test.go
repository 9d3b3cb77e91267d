package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http/d1httptest"
	"github.com/addreams/addreams/app/d1/sqlite"
)

// addreams runs the command line and returns what it printed.
func addreams(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	root := newRootCommand()
	var out bytes.Buffer
	root.SetArgs(args)
	root.SetIn(strings.NewReader(stdin))
	root.SetOut(&out)
	root.SetErr(&out)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := addreams(t, "", args...)
	require.NoError(t, err, out)
	return out
}

// elsewhere changes to an empty working directory, and removes Cloudflare from the environment.
func elsewhere(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range []string{
		"CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_DATABASE_ID", "CLOUDFLARE_D1_TOKEN", "CLOUDFLARE_API_TOKEN",
		"CLOUDFLARE_API_HOSTNAME", "CLOUDFLARE_API_BASE_PATH", "SSL_CERT_FILE",
	} {
		t.Setenv(name, "")
	}
}

func memory(t *testing.T) *sqlite.Database {
	t.Helper()
	db, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// localStack starts a local stack with an empty database.
func localStack(t *testing.T) *d1httptest.Server {
	t.Helper()
	server := d1httptest.Serve(t, memory(t))
	write(t, ".local/cloud.json", fmt.Sprintf(`{"api":%q,"account":%q,"token":%q,"worker":"http://127.0.0.1:1"}`,
		server.Config().API, d1httptest.Account, d1httptest.Token))
	return server
}

// remoteAccount starts an account with an empty database, which the environment points to.
func remoteAccount(t *testing.T) *d1httptest.Server {
	t.Helper()
	server := d1httptest.ServeTLS(t, memory(t))
	address, err := url.Parse(server.Config().API)
	require.NoError(t, err)
	write(t, "ca.pem", string(server.Authority()))
	t.Setenv("SSL_CERT_FILE", "ca.pem")
	t.Setenv("CLOUDFLARE_API_HOSTNAME", address.Host)
	return server
}

func write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o700))
}

func TestDBOnSQLite(t *testing.T) {
	elsewhere(t)
	assert.Contains(t, must(t, "db", "status", "--sqlite", "x.sqlite"), "pending. To see what they do: go run ./app/cmd/addreams db plan --sqlite x.sqlite")
	planned := must(t, "db", "plan", "--sqlite", "x.sqlite")
	assert.Contains(t, planned, "0004_rate_limit.sql   additive\n  + table rate_limit (3 columns)\n")
	assert.Contains(t, planned, "To apply: go run ./app/cmd/addreams db migrate --sqlite x.sqlite")
	assert.Regexp(t, `0004_rate_limit\.sql +applied +additive +\d+ ms`, must(t, "db", "migrate", "--sqlite", "x.sqlite"))
	assert.Equal(t, "Nothing to apply: the database is up to date.\n", must(t, "db", "migrate", "--sqlite", "x.sqlite"))
	assert.Equal(t, "Nothing is pending.\n", must(t, "db", "plan", "--sqlite", "x.sqlite"))
	assert.Equal(t, "Nothing to record: the ledger already has every file.\n", must(t, "db", "baseline", "--sqlite", "x.sqlite"))
	status := must(t, "db", "status", "--sqlite", "x.sqlite")
	assert.Regexp(t, `0004_rate_limit\.sql +applied +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +addreams db`, status)
	assert.Contains(t, status, "The schema is the one that the applied files produce.")
	assert.Equal(t, "The ledger has no restore points.\n", must(t, "db", "restore", "--sqlite", "x.sqlite"))

	_, err := addreams(t, "", "db", "restore", "--sqlite", "x.sqlite", "--bookmark", "b", "--yes")
	assert.EqualError(t, err, "a SQLite file has no Time Travel: restore a copy of the file instead")
}

func TestDBFileThatIsAbsent(t *testing.T) {
	elsewhere(t)

	for _, name := range [...]string{"plan", "status", "restore"} {
		assert.Contains(t, must(t, "db", name, "--sqlite", "none.sqlite"), "none.sqlite does not exist.", name)
		assert.NoFileExists(t, "none.sqlite", name)
	}
	_, err := addreams(t, "", "db", "baseline", "--sqlite", "none.sqlite")
	require.EqualError(t, err, "none.sqlite does not exist, so there is nothing to record")
	assert.NoFileExists(t, "none.sqlite")

	must(t, "db", "migrate", "--sqlite", "none.sqlite")
	assert.FileExists(t, "none.sqlite")
}

func TestDBRefusals(t *testing.T) {
	elsewhere(t)
	write(t, "files/0000_a.sql", "CREATE TABLE a (b, c)")
	must(t, "db", "migrate", "--sqlite", "x.sqlite", "--migrations", "files")
	write(t, "files/0001_drop.sql", "ALTER TABLE a DROP COLUMN c")

	out, err := addreams(t, "", "db", "plan", "--sqlite", "x.sqlite", "--migrations", "files")
	require.EqualError(t, err, "the migrations can't be applied as they are; nothing has changed")
	assert.NotContains(t, out, "To apply")
	assert.Contains(t, out, "0001_drop.sql   irreversible\n  - column a.c\nrefused: 0001_drop.sql is destructive")
	out, err = addreams(t, "", "db", "migrate", "--sqlite", "x.sqlite", "--migrations", "files")
	require.ErrorContains(t, err, "0001_drop.sql is destructive")
	assert.Empty(t, out)

	out = must(t, "db", "plan", "--sqlite", "x.sqlite", "--migrations", "files", "--allow", "0001_drop.sql")
	assert.Contains(t, out, "To apply: go run ./app/cmd/addreams db migrate --sqlite x.sqlite --migrations files\n")
	assert.Contains(t, must(t, "db", "migrate", "--sqlite", "x.sqlite", "--migrations", "files", "--allow", "0001_drop"), "irreversible")
}

func TestDBDrift(t *testing.T) {
	elsewhere(t)
	must(t, "db", "migrate", "--sqlite", "x.sqlite")
	db, err := sqlite.Open("x.sqlite")
	require.NoError(t, err)
	_, err = d1.Query(t.Context(), db, "DROP TABLE rate_limit")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	assert.Contains(t, must(t, "db", "status", "--sqlite", "x.sqlite"),
		"The schema is not the one that the applied files produce:\n  - table rate_limit (3 columns)\n")
}

func TestDBJSON(t *testing.T) {
	elsewhere(t)
	read := func(args ...string) map[string]any {
		var value map[string]any
		require.NoError(t, json.Unmarshal([]byte(must(t, append(args, "--sqlite", "x.sqlite", "--json")...)), &value))
		return value
	}
	first := func(value map[string]any) map[string]any { return value["migrations"].([]any)[0].(map[string]any) }

	planned := first(read("db", "plan"))
	assert.Equal(t, "pending", planned["state"])
	assert.Equal(t, "additive", planned["effect"].(map[string]any)["risk"])
	assert.Equal(t, "applied", first(read("db", "migrate"))["outcome"])
	assert.Equal(t, []any{}, read("db", "migrate")["migrations"])
	status := read("db", "status")
	assert.Equal(t, "applied", first(status)["state"])
	assert.Equal(t, []any{}, status["drift"])
}

func TestDBOnTheLocalStack(t *testing.T) {
	elsewhere(t)
	_, err := addreams(t, "", "db", "status", "--local")
	require.EqualError(t, err, "the local stack is not running: there is no .local/cloud.json; start it with make up")

	localStack(t)
	assert.Contains(t, must(t, "db", "migrate", "--local"), "To undo: go run ./app/cmd/addreams db restore --local --bookmark 00000085-0000024c-1")
	assert.Contains(t, must(t, "db", "status", "--local"), "the local stack's database\n")
	assert.Contains(t, must(t, "db", "status", "--stack", "local"), "the local stack's database\n")
}

func TestDBRestore(t *testing.T) {
	elsewhere(t)
	server := localStack(t)
	must(t, "db", "migrate", "--local")
	assert.Regexp(t, `0000_windy_nicolaos\.sql +\S+ \S+ +00000085-0000024c-1\n`, must(t, "db", "restore", "--local"))
	assert.Contains(t, must(t, "db", "restore", "--local"), "To go back: go run ./app/cmd/addreams db restore --local --bookmark BOOKMARK")

	_, err := addreams(t, "no\n", "db", "restore", "--local", "--bookmark", "00000085-0000024c-1")
	require.ErrorContains(t, err, "nothing has been restored")
	assert.Empty(t, server.Restored())

	out, err := addreams(t, "yes\n", "db", "restore", "--local", "--bookmark", "00000085-0000024c-1")
	require.NoError(t, err)
	assert.Contains(t, out, "To undo: go run ./app/cmd/addreams db restore --local --bookmark before")
	must(t, "db", "restore", "--local", "--bookmark", "00000085-0000024c-2", "--yes")
	assert.Equal(t, []string{"00000085-0000024c-1", "00000085-0000024c-2"}, server.Restored())

	server.Fault = func(path string, _ int, w http.ResponseWriter, run func() (int, []byte)) {
		if strings.HasSuffix(path, "/restore") {
			d1httptest.Refuse(w, http.StatusBadRequest, 7500, "Invalid bookmark: x")
			return
		}
		d1httptest.Write(w, run)
	}
	_, err = addreams(t, "", "db", "restore", "--local", "--bookmark", "x", "--yes")
	require.ErrorContains(t, err, "Invalid bookmark: x\nTo see the restore points: go run ./app/cmd/addreams db restore --local")
}

func TestDBOnARemoteDatabase(t *testing.T) {
	elsewhere(t)
	_, err := addreams(t, "", "db", "status", "--remote")
	require.EqualError(t, err, "set CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_DATABASE_ID, CLOUDFLARE_D1_TOKEN in .env (see .env.example) or in the environment")

	write(t, ".env", "CLOUDFLARE_ACCOUNT_ID=a\nCLOUDFLARE_DATABASE_ID=d\nCLOUDFLARE_D1_TOKEN='s3cret")
	_, err = addreams(t, "", "db", "status", "--remote")
	require.EqualError(t, err, "the file .env can't be read as NAME=value lines")

	remoteAccount(t)
	write(t, ".env", "CLOUDFLARE_ACCOUNT_ID="+d1httptest.Account+"\nCLOUDFLARE_DATABASE_ID="+d1httptest.Database+"\nCLOUDFLARE_D1_TOKEN="+d1httptest.Token)
	assert.Contains(t, must(t, "db", "migrate", "--remote"), "To undo: go run ./app/cmd/addreams db restore --remote")
	t.Setenv("CLOUDFLARE_D1_TOKEN", "an0ther")
	_, err = addreams(t, "", "db", "status", "--remote")
	require.ErrorContains(t, err, "Check the API token: it needs the permission D1:Edit")
	assert.NotContains(t, err.Error(), "an0ther")

	t.Setenv("SSL_CERT_FILE", "absent.pem")
	_, err = addreams(t, "", "db", "status", "--remote")
	assert.ErrorContains(t, err, "SSL_CERT_FILE: open absent.pem")
}

func TestDBOfAStack(t *testing.T) {
	elsewhere(t)
	_, err := addreams(t, "", "db", "status", "--stack", "dev")
	require.EqualError(t, err, "set CLOUDFLARE_API_TOKEN to a token with the permission D1:Edit")

	remoteAccount(t)
	t.Setenv("CLOUDFLARE_API_TOKEN", d1httptest.Token)
	write(t, "bin/pulumi", "#!/bin/sh\ncase \"$*\" in\n"+
		"'stack output databaseId --stack dev') echo "+d1httptest.Database+";;\n'config get addreams:accountId --stack dev') echo "+d1httptest.Account+";;\n"+
		"*) echo \"error: no stack named 'absent' found\" >&2; exit 1;;\nesac\n")
	t.Setenv("PATH", filepath.Join(mustWorkingDirectory(t), "bin"))
	assert.Contains(t, must(t, "db", "status", "--stack", "dev"), "the database of stack dev\n")
	_, err = addreams(t, "", "db", "status", "--stack", "absent")
	require.EqualError(t, err, "there is no stack absent: pulumi stack ls lists those that there are")

	t.Setenv("PATH", "")
	_, err = addreams(t, "", "db", "status", "--stack", "dev")
	assert.ErrorContains(t, err, "the stack dev is known to Pulumi alone, which can't be run: install it, or run make up once")
}

func mustWorkingDirectory(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	return dir
}

func TestDBNeedsADatabase(t *testing.T) {
	_, err := addreams(t, "", "db", "status")
	require.EqualError(t, err, "choose a database: --local, --stack NAME, --remote or --sqlite FILE")
	_, err = addreams(t, "", "db", "status", "--local", "--remote")
	assert.ErrorContains(t, err, "exclude each other: leave all but one out")
}
