package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
)

// Of two runs at once each does its work, finds it done, or says in a sentence that another was at it; the outcome is that
// of one.
func TestTwoRunsAtOnce(t *testing.T) {
	const on = " --sqlite x.sqlite --migrations migrations"
	for _, command := range []string{"db migrate" + on, "db push --yes" + on, "db generate book_nm", "db pull" + on, "db export --output x.sql" + on} {
		t.Run(command, func(t *testing.T) {
			wrongWorld(t)

			twice(t, command)

			assert.Equal(t, []d1.Row{{int64(1), "Emma"}, {int64(2), nil}}, books(t, "SELECT id, nm FROM book ORDER BY id"))
			if strings.HasPrefix(command, "db migrate") {
				status := must(t, append([]string{"db", "status"}, strings.Fields(on)...)...)
				assert.Contains(t, status, "The schema is the one that the applied files produce.")
				assert.NotContains(t, status, "pending")
			}
			written, err := filepath.Glob("migrations/0002_*")
			require.NoError(t, err)
			assert.LessOrEqual(t, len(written), 1, "one file, or none")
			hidden, err := filepath.Glob("migrations/.*")
			require.NoError(t, err)
			assert.Empty(t, hidden, "nothing is left behind")
		})
	}
}

func TestTwoSeedsAtOnce(t *testing.T) {
	elsewhere(t)
	must(t, "db", "migrate", "--sqlite", "x.sqlite")
	must(t, "db", "seed", "--sqlite", "x.sqlite")
	rows := countRows(t, "x.sqlite")

	twice(t, "db seed --sqlite x.sqlite")

	assert.Equal(t, rows, countRows(t, "x.sqlite"))
}

// twice runs the command in two programs at once. At least one has to succeed.
func twice(t *testing.T, command string) {
	t.Helper()
	var group sync.WaitGroup
	var failed int
	var said [2][]byte
	var errs [2]error
	for i := range said {
		run := program(t, strings.Fields(command)...)
		group.Go(func() { said[i], errs[i] = run.CombinedOutput() })
	}
	group.Wait()

	for i, err := range errs {
		if err == nil {
			continue
		}
		failed++
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
		assert.Regexp(t, `meanwhile|at the same time|another|run it again`, string(said[i]))
		assert.NotRegexp(t, internal, string(said[i]))
	}
	assert.Less(t, failed, 2, "%s\n%s", said[0], said[1])
}
