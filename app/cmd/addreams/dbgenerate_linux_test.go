package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// terminal opens a pseudo-terminal, on which somebody has typed.
func terminal(t *testing.T, typed string) *os.File {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("there are no pseudo-terminals: ", err)
	}
	t.Cleanup(func() { _ = keyboard.Close() })
	require.NoError(t, unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	screen, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = screen.Close() })
	_, err = keyboard.WriteString(typed)
	require.NoError(t, err)

	return screen
}

func generateOnTerminal(t *testing.T, typed string) (string, error) {
	root := newRootCommand()
	var out bytes.Buffer
	root.SetArgs([]string{"db", "generate", "names"})
	root.SetIn(terminal(t, typed))
	root.SetOut(&out)
	root.SetErr(&out)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

// On a terminal, what nobody can know is asked.
func TestDBGenerateAsks(t *testing.T) {
	cases := map[string]struct{ typed, want, refused string }{
		"renamed":          {"1\n", "RENAME COLUMN nm TO name;", ""},
		"dropped":          {"2\n", "DROP COLUMN nm;", ""},
		"after a mistake":  {"x\n3\n1\n", "RENAME COLUMN nm TO name;", ""},
		"without a choice": {"x\ny\nz\n", "", "that was no answer; nothing was changed"},
		"without an end":   {"\x04", "", "no answer was given; nothing was changed"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			library(t, strings.Replace(shelf, "nm text", "name text", 1))

			out, err := generateOnTerminal(t, c.typed)

			assert.Contains(t, out, "The column book.nm is gone, and name is new: is that its new name?\n  1  it is name now; the values stay\n  2  it is dropped, with its values\n1 to 2: ")
			if c.refused != "" {
				require.EqualError(t, err, c.refused)
				assert.Len(t, migrationFiles(t), 2)
				return
			}
			require.NoError(t, err)
			assert.Contains(t, readText(t, "migrations/0001_names.sql"), c.want)
		})
	}
}
