package migrate_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/local/localtest"
)

// cloud is the project's local Cloudflare, whose D1 is workerd's own.
type cloud struct{ API, Account, Token string }

// shared is the one that all tests of the package use, each with databases of its own: it takes seconds to start.
var shared = sync.OnceValues(startCloud)

// stopShared stops it, if a test has started it.
var stopShared = func() error { return nil }

func TestMain(m *testing.M) {
	code := m.Run()
	if err := stopShared(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the local Cloudflare:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// theCloud returns the package's local Cloudflare.
func theCloud(t *testing.T) cloud {
	t.Helper()
	localtest.Require(t)
	started, err := shared()
	require.NoError(t, err, "the local Cloudflare needs Node 20 or newer; npm ci in local/ installs its packages")
	return started
}

// startCloud starts it on free ports.
func startCloud() (started cloud, err error) {
	dir, err := os.MkdirTemp("", "migrate")
	if err != nil {
		return started, err
	}
	info := filepath.Join(dir, "cloud.json")
	command := exec.Command("node", "../../local/main.mjs", "--data", filepath.Join(dir, "data"), "--info", info,
		"--worker-port", "0", "--api-port", "0", "--tls-port", "0")
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		return started, errors.Join(err, os.RemoveAll(dir))
	}
	stopShared = func() error {
		return errors.Join(command.Process.Signal(syscall.SIGTERM), command.Wait(), os.RemoveAll(dir))
	}

	if _, err := bufio.NewReader(output).ReadString('\n'); err != nil { // it says when it is ready
		return started, err
	}
	content, err := os.ReadFile(info)
	if err != nil {
		return started, err
	}
	return started, json.Unmarshal(content, &started)
}

// spare are databases that no test has used yet. They are made many at a time, because workerd restarts for new ones.
var spare struct {
	sync.Mutex
	made int
	ids  []string
}

const sparesAtOnce = 400

// database returns an empty one.
func (c cloud) database(t *testing.T) *d1http.Database {
	t.Helper()
	spare.Lock()
	defer spare.Unlock()
	if len(spare.ids) == 0 {
		for range sparesAtOnce {
			spare.made++
			spare.ids = append(spare.ids, c.create(t, fmt.Sprint("test-", spare.made)))
		}
	}

	id := spare.ids[0]
	spare.ids = spare.ids[1:]
	db, err := d1http.New(d1http.Config{Account: cloudflare.Account{API: c.API, ID: c.Account, Token: c.Token}, Database: id})
	require.NoError(t, err)
	return db
}

// create makes a database and returns its ID.
func (c cloud) create(t *testing.T, name string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.API+"/accounts/"+c.Account+"/d1/database",
		strings.NewReader(fmt.Sprintf(`{"name":%q}`, name)))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+c.Token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", body)

	var made struct{ Result struct{ UUID string } }
	require.NoError(t, json.Unmarshal(body, &made))
	return made.Result.UUID
}

// The table of cases, on a D1 that is real: what the plan says there, and what comes of it.
func TestKindsOnWorkerd(t *testing.T) {
	t.Parallel()
	cloud := theCloud(t)
	for name, cases := range kinds {
		for situation, k := range cases {
			t.Run(name+"/"+situation, func(t *testing.T) {
				t.Parallel()
				k.check(t, unmarked(cloud.database(t)))
			})
		}
	}
}

// On a D1 that is real, with what the other tests take for granted of it.
func TestOnWorkerd(t *testing.T) {
	t.Parallel()
	cloud := theCloud(t)
	filled := func(t *testing.T) *d1http.Database {
		db := cloud.database(t)
		apply(t, db, started(nil))
		rows := []d1.Statement{
			d1.SQL("INSERT INTO user VALUES (?, ?, ?), (?, ?, ?)", "u1", "ada@example.test", nil, "u2", "bob@example.test", "x"),
			d1.SQL("INSERT INTO session VALUES ('s1', 'u1'), ('s2', 'u2')"), d1.SQL("INSERT INTO ledger VALUES ('l1', 'u1')"),
		}
		_, err := db.Batch(t.Context(), rows...)
		require.NoError(t, err)
		return db
	}
	applied := func(t *testing.T, db d1.Database, sql string) (migrate.Report, error) {
		files := started(map[string]string{"0002_x.sql": sql})
		return engine(t, db, files, migrate.Options{Allow: []string{migrate.All}}).Apply(t.Context())
	}

	t.Run("apply", func(t *testing.T) {
		db := filled(t)
		report, err := applied(t, db, "CREATE TRIGGER t AFTER INSERT ON user BEGIN\n  INSERT INTO session VALUES (new.id, new.id);\nEND;\n-- a comment; last")
		require.NoError(t, err)
		assert.NotEmpty(t, report.RestorePoint())
		assert.Empty(t, apply(t, db, started(map[string]string{"0002_x.sql": "CREATE TRIGGER t AFTER INSERT ON user BEGIN\n  INSERT INTO session VALUES (new.id, new.id);\nEND;\n-- a comment; last"})).Files)

		drift, err := engine(t, db, started(nil), migrate.Options{}).Drift(t.Context())

		require.NoError(t, err)
		assert.Equal(t, "+ trigger t (on user)", drift[0].String())
	})
	t.Run("rebuild", func(t *testing.T) {
		db := filled(t)
		_, err := applied(t, db, rebuildLedger)

		require.NoError(t, err)
		assert.Equal(t, []string{"l1"}, column(t, db, "SELECT id FROM ledger"))
	})
	t.Run("lost rows", func(t *testing.T) {
		db := filled(t)
		_, err := applied(t, db, strings.Replace(rebuildLedger, "FROM ledger", "FROM ledger WHERE 0", 1))

		require.ErrorContains(t, err, "the table ledger would have lost rows")
		assert.Equal(t, []string{"l1"}, column(t, db, "SELECT id FROM ledger"))
	})
	t.Run("a cascade that only rows show", func(t *testing.T) {
		db := filled(t)
		_, err := applied(t, db, "DELETE FROM user WHERE id = 'u2'")

		require.ErrorContains(t, err, "the table session would have lost rows")
		assert.Len(t, column(t, db, "SELECT id FROM user"), 2)
	})
	t.Run("a failing statement", func(t *testing.T) {
		db := filled(t)
		files := started(map[string]string{"0002_x.sql": "CREATE TABLE extra (a); INSERT INTO ledger VALUES ('l2', 'nobody');"})
		bare, err := migrate.New(db, files, migrate.Options{Allow: []string{migrate.All}}) // a rehearsal would have shown it
		require.NoError(t, err)

		_, err = bare.Apply(t.Context())

		require.ErrorContains(t, err, "migration 0002_x.sql: d1: FOREIGN KEY constraint failed")
		assert.Empty(t, column(t, db, "SELECT name FROM sqlite_master WHERE name = 'extra'"))
	})
	t.Run("a restore", func(t *testing.T) {
		db := filled(t)
		report, err := applied(t, db, "DROP TABLE ledger")
		require.NoError(t, err)
		_, err = db.Restore(t.Context(), report.RestorePoint())
		require.NoError(t, err)
		assert.Equal(t, []string{"l1"}, column(t, db, "SELECT id FROM ledger"))

		found, err := engine(t, db, started(nil), migrate.Options{}).Plan(t.Context())

		require.NoError(t, err)
		assert.NoError(t, found.Err(), "the ledger went back too")
	})
	t.Run("deployers at once", func(t *testing.T) {
		db := cloud.database(t)
		files := started(map[string]string{"0002_x.sql": "CREATE TABLE x (a); INSERT INTO x VALUES (1);"})
		var wait sync.WaitGroup
		for range 3 {
			wait.Go(func() {
				_, err := engine(t, db, files, migrate.Options{}).Apply(t.Context())
				assert.NoError(t, err)
			})
		}

		wait.Wait()

		assert.Len(t, column(t, db, "SELECT a || '' FROM x"), 1)
	})
}
