package dev_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/platform/workers/bundle"
	"github.com/addreams/addreams/infra/dev"
)

// screen is what a session writes to.
type screen struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (s *screen) Write(text []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.text.Write(text)
}

// shows waits until something has been written, and returns all that was written since the last call.
func (s *screen) shows(t *testing.T, what string) string {
	t.Helper()
	for wait := 0; ; wait++ {
		s.mutex.Lock()
		text := s.text.String()
		if strings.Contains(text, what) {
			s.text.Reset()
		}
		s.mutex.Unlock()
		if strings.Contains(text, what) {
			return text
		}
		require.Less(t, wait, 12_000, "it never wrote %q, but\n%s", what, text)
		time.Sleep(10 * time.Millisecond)
	}
}

// TestRun watches a small project, whose Worker prints a word.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	write("go.mod", "module small\n\ngo 1.26\n")
	write("app/cmd/worker/main.go", "package main\n\nimport \"small/app/word\"\n\nfunc main() { word.Print() }\n")
	write("app/word/word.go", "package word\n\nfunc Print() { println(\"first\") }\n")
	uploaded, deployed, out := make(chan bundle.Modules, 1), make(chan struct{}), &screen{}
	enter, pressed := io.Pipe()
	session := dev.Session{
		Root: dir, Keys: enter, Out: out, Command: []string{"echo", "To apply:"},
		Upload: func(_ context.Context, modules bundle.Modules) error { uploaded <- modules; return nil },
		Deploy: func(context.Context) error { close(deployed); return nil },
	}
	ctx, interrupt := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- session.Run(ctx) }()
	out.shows(t, "watching")

	for n := range 3 {
		write("app/word/word.go", fmt.Sprintf("package word\n\nfunc Print() { println(\"word number %d\") }\n", n))
		assert.Contains(t, out.shows(t, " after "), "app/word/word.go: the new Worker serves after ")
		assert.Contains(t, string((<-uploaded).Program), fmt.Sprintf("word number %d", n))

		write("app/word/word.go", "package word\n\nfunc Print() { println(mistaken) }\n")
		assert.Contains(t, out.shows(t, "undefined: mistaken"), "app/word/word.go: failed after ")
	}
	write("app/word/word.go", "package word\n\nfunc Print() {}\n")
	out.shows(t, "serves after ")
	<-uploaded

	write("migrations/0001_more.sql", "CREATE TABLE more (a text);")
	out.shows(t, "press Enter to apply that")
	<-uploaded
	_, err := io.WriteString(pressed, "\n")
	require.NoError(t, err)
	out.shows(t, "db migrate --local --migrations migrations")

	write("Pulumi.local.yaml", "config: {}")
	out.shows(t, "Pulumi.local.yaml: the stack is up to date after ")
	<-deployed

	interrupt()
	require.NoError(t, <-ended)
}
