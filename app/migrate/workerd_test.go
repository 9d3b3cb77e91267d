package migrate_test

import (
	"bufio"
	"encoding/json"
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

// startCloud starts it on free ports, for the length of the test.
func startCloud(t *testing.T) cloud {
	t.Helper()
	localtest.Require(t)
	dir := t.TempDir()
	info := filepath.Join(dir, "cloud.json")
	command := exec.Command("node", "../../local/main.mjs", "--data", filepath.Join(dir, "data"), "--info", info,
		"--worker-port", "0", "--api-port", "0", "--tls-port", "0")
	output, err := command.StdoutPipe()
	require.NoError(t, err)
	command.Stderr = os.Stderr
	require.NoError(t, command.Start(), "Node 20 or newer is needed")

	t.Cleanup(func() {
		assert.NoError(t, command.Process.Signal(syscall.SIGTERM))
		assert.NoError(t, command.Wait())
	})

	_, err = bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err, "the local Cloudflare says when it is ready; npm ci in local/ installs its packages")
	content, err := os.ReadFile(info)
	require.NoError(t, err)

	var started cloud
	require.NoError(t, json.Unmarshal(content, &started))
	return started
}

// database makes a new one.
func (c cloud) database(t *testing.T, name string) *d1http.Database {
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

	config := d1http.Config{Account: cloudflare.Account{API: c.API, ID: c.Account, Token: c.Token}}
	config.Database, err = d1http.Find(t.Context(), config, name)
	require.NoError(t, err)
	db, err := d1http.New(config)
	require.NoError(t, err)
	return db
}

// The table of cases, on a D1 that is real: what the plan says there, and what comes of it.
func TestKindsOnWorkerd(t *testing.T) {
	cloud := startCloud(t)
	number := 0
	for name, cases := range kinds {
		for situation, k := range cases {
			number++
			database := fmt.Sprintf("kind-%d", number)
			t.Run(name+"/"+situation, func(t *testing.T) { k.check(t, cloud.database(t, database)) })
		}
	}
}

// On a D1 that is real, with what the other tests take for granted of it.
func TestOnWorkerd(t *testing.T) {
	cloud := startCloud(t)
	filled := func(t *testing.T) *d1http.Database {
		db := cloud.database(t, strings.ReplaceAll(t.Name(), "/", "-"))
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
		db := cloud.database(t, "at-once")
		files := started(map[string]string{"0002_x.sql": "CREATE TABLE x (a); INSERT INTO x VALUES (1);"})
		var wait sync.WaitGroup
		for range 3 {
			wait.Go(func() {
				_, err := engine(t, db, files, migrate.Options{}).Apply(t.Context())
				assert.NoError(t, err)
			})
		}

		wait.Wait()

		assert.Len(t, column(t, db, "SELECT a FROM x"), 1)
	})
}
