package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// safeBuffer may be written and read at once.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

var studioLink = regexp.MustCompile(`Open (http://\S+)`)

// startStudio runs the command until the test ends, and returns a browser that was let in, and the address of the page.
func startStudio(t *testing.T, args ...string) (browser *http.Client, address string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var out safeBuffer
	root := newRootCommand()
	root.SetArgs(append([]string{"db", "studio", "--port", "0"}, args...))
	root.SetOut(&out)
	root.SetErr(&out)
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-ended, "Ctrl-C ends it without an error")
	})

	require.Eventually(t, func() bool { return studioLink.MatchString(out.String()) }, 10*time.Second, 5*time.Millisecond, "%v", &out)
	link := studioLink.FindStringSubmatch(out.String())[1]
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser = &http.Client{Jar: jar}
	answer, err := browser.Get(link)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	address, _, _ = strings.Cut(link, "/?")
	return browser, address
}

func fetch(t *testing.T, browser *http.Client, address string) (status int, body string) {
	t.Helper()
	answer, err := browser.Get(address)
	require.NoError(t, err)
	defer answer.Body.Close()
	var text bytes.Buffer
	_, err = text.ReadFrom(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, text.String()
}

func TestStudioOnSQLite(t *testing.T) {
	elsewhere(t)
	write(t, "data/objects/objects/pictures/1", "\x89PNG")
	write(t, "data/objects/types/pictures/1", "image/png")
	write(t, "data/objects/objects/page", "<script>")
	write(t, "data/objects/types/page", "text/html")
	must(t, "db", "migrate", "--sqlite", "data/x.sqlite")

	browser, address := startStudio(t, "--sqlite", "data/x.sqlite")

	_, info := fetch(t, browser, address+"/api/info")
	assert.JSONEq(t, `{"name":"data/x.sqlite","command":"--sqlite data/x.sqlite","write":false,"objects":true,"measures":false}`, info)
	_, schema := fetch(t, browser, address+"/api/schema")
	assert.Contains(t, schema, `"name":"generation_asset"`)
	_, migrations := fetch(t, browser, address+"/api/migrations")
	assert.Contains(t, migrations, `"state":"applied"`)
	assert.Contains(t, migrations, `"drift":[]`)
	status, picture := fetch(t, browser, address+"/api/object?key=pictures/1")
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "\x89PNG", picture)
	for key, want := range map[string]int{
		"pictures/2": http.StatusNotFound, "../x.sqlite": http.StatusNotFound, "page": http.StatusUnsupportedMediaType,
	} {
		status, _ := fetch(t, browser, address+"/api/object?key="+key)
		assert.Equal(t, want, status, key)
	}
}

func TestStudioShowsAPendingMigration(t *testing.T) {
	elsewhere(t)
	write(t, "files/0001_one.sql", "CREATE TABLE one (a integer);")
	must(t, "db", "migrate", "--sqlite", "x.sqlite", "--migrations", "files")
	write(t, "files/0002_two.sql", "ALTER TABLE one ADD COLUMN b text;")

	browser, address := startStudio(t, "--sqlite", "x.sqlite", "--migrations", "files")

	_, migrations := fetch(t, browser, address+"/api/migrations")
	assert.Contains(t, migrations, `"what":"column one.b"`)
	assert.Contains(t, migrations, `"migrate":"go run ./app/cmd/addreams db migrate --sqlite x.sqlite --migrations files"`)
}

func TestStudioOnD1(t *testing.T) {
	elsewhere(t)
	server := localStack(t)
	must(t, "db", "migrate", "--local")
	before := len(server.Bodies())

	browser, address := startStudio(t, "--local")
	_, info := fetch(t, browser, address+"/api/info")
	assert.Contains(t, info, `"objects":true,"measures":true`)
	status, _ := fetch(t, browser, address+"/api/object?key=pictures/1")
	assert.Equal(t, http.StatusNotFound, status)
	for _, path := range [...]string{"/api/schema", "/api/migrations", `/api/export?format=csv&query={"table":"user"}`} {
		status, body := fetch(t, browser, address+path)
		assert.Equal(t, http.StatusOK, status, body)
	}

	writes := regexp.MustCompile(`(?i)(^|[;"\s])(insert|update|delete|replace|create|drop|alter)\s`)
	for _, body := range server.Bodies()[before:] {
		assert.NotRegexp(t, writes, body, "a token that may only read is enough to look")
	}
}

func TestStudioWantsTheNameOfWhatMayBeProduction(t *testing.T) {
	elsewhere(t)
	remoteAccount(t)
	t.Setenv("CLOUDFLARE_ACCOUNT_ID", "account")
	t.Setenv("CLOUDFLARE_DATABASE_ID", "c0ffee00-0000-4000-8000-000000000000")
	t.Setenv("CLOUDFLARE_D1_TOKEN", "s3cr3t-f0r-test5")

	browser, address := startStudio(t, "--remote", "--write")
	_, info := fetch(t, browser, address+"/api/info")
	assert.Contains(t, info, `"write":true,"confirm":"addreams-db-local","objects":false,"noObjects":"The images`)

	browser, address = startStudio(t, "--remote")
	_, info = fetch(t, browser, address+"/api/info")
	assert.NotContains(t, info, `"confirm"`)
}

func TestStudioWantsTheNameOfProdByItsFullName(t *testing.T) {
	elsewhere(t)
	remoteAccount(t)
	t.Setenv("CLOUDFLARE_API_TOKEN", "s3cr3t-f0r-test5")
	write(t, "bin/pulumi", "#!/bin/sh\ncase \"$*\" in\n'stack output databaseId --stack us/addreams/prod') echo c0ffee00-0000-4000-8000-000000000000;;\n"+
		"'config get addreams:accountId --stack us/addreams/prod') echo account;;\n*) exit 1;;\nesac\n")
	t.Setenv("PATH", filepath.Join(mustWorkingDirectory(t), "bin"))

	browser, address := startStudio(t, "--stack", "us/addreams/prod", "--write")

	_, info := fetch(t, browser, address+"/api/info")
	assert.Contains(t, info, `"confirm":"addreams-db-local"`)
}

func TestStudioThatCannotStart(t *testing.T) {
	elsewhere(t)
	must(t, "db", "migrate", "--sqlite", "x.sqlite")
	_, address := startStudio(t, "--sqlite", "x.sqlite")
	port := address[strings.LastIndex(address, ":")+1:]

	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"no database":     {nil, "choose a database: --local, --stack NAME, --remote or --sqlite FILE"},
		"no file":         {[]string{"--sqlite", "none.sqlite"}, "none.sqlite does not exist: db migrate --sqlite none.sqlite makes it"},
		"no local stack":  {[]string{"--local"}, "the local stack is not running"},
		"two databases":   {[]string{"--local", "--remote"}, "--local and --remote exclude each other: leave all but one out"},
		"no port":         {[]string{"--sqlite", "x.sqlite", "--port", "70000"}, "--port 70000 is not a valid port"},
		"a port in use":   {[]string{"--sqlite", "x.sqlite", "--port", port}, "choose another port with --port"},
		"an extra word":   {[]string{"x.sqlite"}, "addreams db studio takes flags only, and x.sqlite is none"},
		"no such setting": {[]string{"--force"}, "unknown flag: --force"},
	} {
		_, err := addreams(t, "", append([]string{"db", "studio"}, tc.args...)...)
		assert.ErrorContains(t, err, tc.want, name)
	}
	assert.NoFileExists(t, "none.sqlite")
	assert.NoDirExists(t, filepath.Join(".", "objects"))
	_, err := os.Stat("x.sqlite")
	assert.NoError(t, err)
}
