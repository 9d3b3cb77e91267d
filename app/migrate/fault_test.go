package migrate_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1/d1http/d1httptest"
	"github.com/addreams/addreams/app/d1/d1test"
	"github.com/addreams/addreams/app/migrate"
)

// fault answers a request instead of the server; run runs the request.
type fault func(w http.ResponseWriter, run func() (int, []byte))

func lost(w http.ResponseWriter, _ func() (int, []byte)) {
	if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = connection.Close()
	}
}

func status(code int) fault {
	return func(w http.ResponseWriter, _ func() (int, []byte)) { d1httptest.Refuse(w, code, 0, "") }
}

// after runs the request and replaces its answer by the fault.
func after(then fault) fault {
	return func(w http.ResponseWriter, run func() (int, []byte)) { run(); then(w, nil) }
}

func half(w http.ResponseWriter, run func() (int, []byte)) {
	_, body := run()
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = w.Write(body[:len(body)/2])
}

// on applies a fault to the first requests whose body contains the text.
func on(server *d1httptest.Server, text string, times int, f fault) {
	var mu sync.Mutex
	server.Fault = func(path string, _ int, w http.ResponseWriter, run func() (int, []byte)) {
		bodies := server.Bodies()
		hit := strings.Contains(path+" "+bodies[len(bodies)-1], text)
		mu.Lock()
		times -= map[bool]int{true: 1}[hit]
		fails := hit && times >= 0
		mu.Unlock()
		if fails {
			f(w, run)
			return
		}
		d1httptest.Write(w, run)
	}
}

// Every request of an Apply, and every way in which it can go wrong.
func TestFaults(t *testing.T) {
	requests := map[string]string{
		"reading the schema": "sqlite_master ORDER BY rowid",
		"reading the ledger": "SELECT name, sha256",
		"the restore point":  "/time_travel/bookmark",
		"the file":           "CREATE TABLE more",
	}
	faults := map[string]fault{
		"429 before":           status(http.StatusTooManyRequests),
		"500 before":           status(http.StatusInternalServerError),
		"503 after":            after(status(http.StatusServiceUnavailable)),
		"lost before":          lost,
		"lost after":           after(lost),
		"half an answer after": half,
	}

	for what, text := range requests {
		for how, fault := range faults {
			for _, times := range []int{1, 2} {
				t.Run(fmt.Sprintf("%s, %s, %d times", what, how, times), func(t *testing.T) {
					db := populated(t)
					server := d1httptest.Serve(t, db)
					on(server, text, times, fault)
					files := started(map[string]string{"0002_more.sql": "CREATE TABLE more (a); INSERT INTO more VALUES (1);"})

					report, err := engine(t, server.Open(t), files, migrate.Options{}).Apply(t.Context())

					require.NoError(t, err)
					require.Len(t, report.Files, 1)
					assert.Contains(t, []migrate.Outcome{migrate.DidApply, migrate.FoundDone}, report.Files[0].Outcome)
					assert.NotEmpty(t, report.RestorePoint())
					assert.Equal(t, []string{"0002_more.sql"}, column(t, db, "SELECT name FROM d1_migrations ORDER BY id DESC LIMIT 1"))
					assert.Equal(t, int64(1), d1test.Query(t, db, "SELECT count(*) FROM more")[0].Int(0), "applied once")
				})
			}
		}
	}
}

func TestPlanOnlyReads(t *testing.T) {
	server := d1httptest.Serve(t, populated(t))
	files := started(map[string]string{"0002_more.sql": rebuildLedger})

	_, err := engine(t, server.Open(t), files, migrate.Options{}).Plan(t.Context())

	require.NoError(t, err)
	assert.NotEmpty(t, server.Bodies())
	for _, body := range server.Bodies() {
		assert.NotRegexp(t, `(?i)\b(create|insert|update|delete|drop|alter|replace)\b`, body)
	}
}

func TestFaultWithoutEnd(t *testing.T) {
	db := populated(t)
	server := d1httptest.Serve(t, db)
	on(server, "CREATE TABLE more", 1000, status(http.StatusBadGateway))
	files := started(map[string]string{"0002_more.sql": "CREATE TABLE more (a)"})

	report, err := engine(t, server.Open(t), files, migrate.Options{}).Apply(t.Context())

	require.ErrorContains(t, err, "migration 0002_more.sql: Cloudflare's API answered 502 Bad Gateway")
	assert.Empty(t, report.Files)
	assert.Equal(t, 4, strings.Count(strings.Join(server.Bodies(), "\n"), "CREATE TABLE more"))
}

// A batch whose answer is lost may still run later, after the ledger was found empty and the batch was sent again.
func TestLateArrival(t *testing.T) {
	db := populated(t)
	server := d1httptest.Serve(t, db)
	var late func() (int, []byte)
	server.Fault = func(_ string, _ int, w http.ResponseWriter, run func() (int, []byte)) {
		bodies := server.Bodies()
		switch hit := strings.Contains(bodies[len(bodies)-1], "CREATE TABLE more"); {
		case hit && late == nil:
			late = run
			lost(w, nil)
		case hit:
			late()
			d1httptest.Write(w, run)
		default:
			d1httptest.Write(w, run)
		}
	}
	files := started(map[string]string{"0002_more.sql": "CREATE TABLE more (a)"})

	report, err := engine(t, server.Open(t), files, migrate.Options{}).Apply(t.Context())

	require.NoError(t, err)
	assert.Equal(t, map[string]migrate.Outcome{"0002_more.sql": migrate.FoundDone}, outcomes(report))
}

func TestTwoDeployersAtOnce(t *testing.T) {
	more := map[string]string{}
	for i := range 5 {
		more[fmt.Sprintf("%04d_more.sql", i+2)] = fmt.Sprintf("CREATE TABLE more%d (a); INSERT INTO more%d VALUES (1);", i, i)
	}
	files := started(more)
	db := memory(t)
	server := d1httptest.Serve(t, db)
	var wait sync.WaitGroup
	reports := make([]migrate.Report, 4)
	for i := range reports {
		wait.Go(func() {
			made := engine(t, server.Open(t), files, migrate.Options{By: fmt.Sprint(i)})
			report, err := made.Apply(t.Context())
			assert.NoError(t, err)
			reports[i] = report
		})
	}
	wait.Wait()
	applied := map[string]int{}

	for _, report := range reports {
		for _, done := range report.Files {
			if done.Outcome == migrate.DidApply {
				applied[done.Name]++
			}
		}
	}

	for name := range files {
		assert.Equal(t, 1, applied[name], name)
	}
	assert.Len(t, column(t, db, "SELECT name FROM d1_migrations"), len(files))
}

func TestOvertakenByOtherFiles(t *testing.T) {
	db := populated(t)
	server := d1httptest.Serve(t, db)
	other := started(map[string]string{"0002_more.sql": "CREATE TABLE other (a)"})
	on(server, "CREATE TABLE more", 1, func(w http.ResponseWriter, run func() (int, []byte)) {
		apply(t, db, other)
		d1httptest.Write(w, run)
	})
	files := started(map[string]string{"0002_more.sql": "CREATE TABLE more (a)"})

	_, err := engine(t, server.Open(t), files, migrate.Options{}).Apply(t.Context())

	assert.ErrorContains(t, err, "0002_more.sql is edited")
}

func TestDeadline(t *testing.T) {
	server := d1httptest.Serve(t, populated(t))
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended) })
	on(server, "CREATE TABLE more", 1, func(http.ResponseWriter, func() (int, []byte)) { <-ended })
	files := started(map[string]string{"0002_more.sql": "CREATE TABLE more (a)"})

	_, err := engine(t, server.Open(t), files, migrate.Options{Deadline: 200 * time.Millisecond}).Apply(t.Context())

	assert.ErrorContains(t, err, "the migrations took longer than 200ms")
}

func TestCallerGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err := engine(t, populated(t), started(map[string]string{"0002_more.sql": "CREATE TABLE more (a)"}), migrate.Options{}).Apply(ctx)

	assert.ErrorIs(t, err, context.Canceled)
}

func TestRestorePoints(t *testing.T) {
	db := memory(t)
	server := d1httptest.Serve(t, db)

	report, err := engine(t, server.Open(t), started(nil), migrate.Options{}).Apply(t.Context())

	require.NoError(t, err)
	assert.Equal(t, []string{"00000085-0000024c-1", "00000085-0000024c-2"}, column(t, db, "SELECT bookmark FROM addreams_migrations ORDER BY name"))
	assert.Equal(t, "00000085-0000024c-1", report.RestorePoint())
}

func TestNoRestorePoint(t *testing.T) {
	unavailable := func(server *d1httptest.Server) {
		on(server, "/time_travel/bookmark", 1000, status(http.StatusNotFound))
	}
	t.Run("a file that adds goes on, with a note", func(t *testing.T) {
		server := d1httptest.Serve(t, populated(t))
		unavailable(server)

		report, err := engine(t, server.Open(t), started(map[string]string{"0002_more.sql": "CREATE TABLE more (a)"}), migrate.Options{}).Apply(t.Context())

		require.NoError(t, err)
		assert.Len(t, report.Files, 1)
		assert.Contains(t, report.Notes[0], "no restore point for 0002_more.sql")
	})
	t.Run("a file that destroys does not", func(t *testing.T) {
		db := populated(t)
		server := d1httptest.Serve(t, db)
		unavailable(server)

		_, err := engine(t, server.Open(t), started(map[string]string{"0002_less.sql": "DROP TABLE ledger"}),
			migrate.Options{Allow: []string{migrate.All}}).Apply(t.Context())

		require.ErrorContains(t, err, "refusing a destructive migration without a restore point")
		assert.Equal(t, []string{"l1"}, column(t, db, "SELECT id FROM ledger"))
	})
}
