package dbstudio_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/dbstudio"
	"github.com/addreams/addreams/local/localtest"
)

// requireChromium leaves a test out where there is no Chromium, unless that is forbidden.
func requireChromium(t *testing.T) string {
	t.Helper()
	localtest.Require(t)
	requireWeb(t)

	for _, name := range [...]string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv(localtest.Complete) != "" {
		t.Fatal("Chromium is missing: install the package chromium")
	}
	t.Skip("left out: it needs Chromium, which the package chromium installs; `make test` runs everything")
	return ""
}

// TestInChromium runs the tests of web/test, each on a studio of its own. With STUDIO_LOOK=FOLDER it makes pictures of the
// page there instead, for docs/ and for whoever changes its look.
func TestInChromium(t *testing.T) {
	chromium := requireChromium(t)
	lab := &lab{t: t}
	control := httptest.NewServer(lab)
	t.Cleanup(control.Close)

	files, err := filepath.Glob("web/test/*.test.mjs")
	require.NoError(t, err)
	args := []string{"--test", "--test-reporter=spec"}
	for _, file := range files {
		args = append(args, "test/"+filepath.Base(file))
	}
	if folder := os.Getenv("STUDIO_LOOK"); folder != "" {
		args = []string{"test/look.mjs", folder}
	}
	command := exec.CommandContext(t.Context(), "node", args...)
	command.Dir = "web"
	command.Env = append(os.Environ(), "STUDIO_LAB="+control.URL, "CHROMIUM="+chromium)
	output, err := command.CombinedOutput()

	assert.NoError(t, err, "%s", output)
	t.Logf("%s", output)
}

// lab starts studios for the tests in the browser, and changes their databases behind the page's back.
type lab struct {
	t  *testing.T
	mu sync.Mutex
	db []*sqlite.Database
}

// ServeHTTP answers POST /studio with the link of a new one, and runs the SQL of POST /exec.
func (l *lab) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var asked struct {
		Write   bool
		Confirm string
		Bare    bool // without objects
		Large   bool // with a table of a million rows
		Studio  int
		SQL     string
	}
	if !assert.NoError(l.t, json.NewDecoder(r.Body).Decode(&asked)) {
		return
	}
	if r.URL.Path == "/exec" {
		result, err := d1.Query(r.Context(), l.db[asked.Studio], asked.SQL)
		if assert.NoError(l.t, err) {
			assert.NoError(l.t, json.NewEncoder(w).Encode(result.Rows))
		}
		return
	}

	db, options := openProduct(l.t)
	if asked.Large {
		_, err := db.Batch(r.Context(), d1.SQL("CREATE TABLE event (id text PRIMARY KEY NOT NULL, kind text, created_at integer)"),
			d1.SQL(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
			INSERT INTO event SELECT printf('event-%07d', i), 'kind ' || (i % 7), 1764000000 + i FROM n`),
			d1.SQL("CREATE INDEX event_kind ON event (kind)"))
		require.NoError(l.t, err)
	}
	options.Write, options.Confirm = asked.Write, asked.Confirm
	if asked.Bare {
		options.Objects, options.NoObjects = nil, "The images are not read from here."
	}
	link := l.start(options)
	l.db = append(l.db, db)
	assert.NoError(l.t, json.NewEncoder(w).Encode(map[string]string{"link": link, "studio": strconv.Itoa(len(l.db) - 1)}))
}

// start serves a studio until the test ends.
func (l *lab) start(options dbstudio.Options) string {
	server := httptest.NewUnstartedServer(nil)
	options.Address = server.Listener.Addr().String()
	studio := dbstudio.New(options)
	server.Config.Handler = studio
	server.Start()
	l.t.Cleanup(server.Close)
	return studio.Link()
}
