// Package dev keeps stack local up to date while its sources are edited, for `make dev`. It knows which change takes what:
// the Worker is compiled and uploaded beside Pulumi, a migration is planned and applied when its author says so, and what
// infra declares is deployed. How each of these is done is the business of other packages.
package dev

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/addreams/addreams/app/platform/workers/bundle"
)

// Session watches one checkout.
type Session struct {
	Root   string                                      // of the checkout
	Upload func(context.Context, bundle.Modules) error // puts a Worker into the place of the one that serves
	Deploy func(context.Context) error                 // builds everything and brings the whole stack up to date

	// Command is the command line that plans and applies migrations, such as go run ./app/cmd/addreams.
	Command []string
	Keys    io.Reader // each line applies the pending migrations
	Out     io.Writer
}

// interval is how often the sources are looked at. A change counts when nothing has changed for as long again.
const interval = 150 * time.Millisecond

// Run watches until the context ends. What fails is said, and the next change tries again.
func (s Session) Run(ctx context.Context) error {
	seen, err := scan(s.Root)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.Out, "watching app, migrations and infra; Ctrl-C ends, and the stack stays up")

	keys := lines(ctx, s.Keys)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for last := seen; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-keys:
			s.Migrate(ctx)
		case <-tick.C:
			now, err := scan(s.Root)
			if err != nil {
				s.say("the sources can't be read, trying again: %v", err)
				continue
			}
			if files := now.changed(seen); len(files) > 0 && len(now.changed(last)) == 0 {
				s.Update(ctx, files)
				seen = now
			}
			last = now
		}
	}
}

// Update does what changed files need, and says in a line what that was and how long it took.
func (s Session) Update(ctx context.Context, files []string) {
	begin := time.Now()
	act, done := s.worker, "the new Worker serves"
	if within(files, "infra/") || within(files, "Pulumi") {
		act, done = s.Deploy, "the stack is up to date"
	}

	err := act(ctx)
	if ctx.Err() != nil {
		return
	}
	took := time.Since(begin).Round(100 * time.Millisecond)
	if err != nil {
		s.say("%s: failed after %s, the old Worker serves on\n%s", listed(files), took, strings.TrimSpace(err.Error()))
		return
	}
	s.say("%s: %s after %s", listed(files), done, took)
	if within(files, "migrations/") {
		s.plan(ctx)
	}
}

// worker compiles the Worker and uploads it.
func (s Session) worker(ctx context.Context) error {
	modules, err := bundle.Compile(ctx, s.Root, "./app/cmd/worker")
	if err != nil {
		return err
	}
	return s.Upload(ctx, modules)
}

// plan shows what the pending migrations would do.
func (s Session) plan(ctx context.Context) {
	text, err := s.db(ctx, "plan")
	s.say("what the migrations would do:\n%s", text)
	if err == nil && strings.Contains(text, "To apply:") {
		s.say("press Enter to apply that")
	}
}

// Migrate applies the pending migrations.
func (s Session) Migrate(ctx context.Context) {
	text, err := s.db(ctx, "migrate")
	if err != nil {
		s.say("the migrations were not applied:\n%s", text)
		return
	}
	s.say("the migrations:\n%s", text)
}

// db runs a command on the local database with the folder's migrations, and returns what it prints, indented.
func (s Session) db(ctx context.Context, name string) (string, error) {
	arguments := slices.Concat(s.Command[1:], []string{"db", name, "--local", "--migrations", "migrations"})
	command := exec.CommandContext(ctx, s.Command[0], arguments...)
	command.Dir = s.Root
	output, err := command.CombinedOutput()
	return "  " + strings.ReplaceAll(string(bytes.TrimSpace(output)), "\n", "\n  "), err
}

func (s Session) say(format string, arguments ...any) {
	fmt.Fprintf(s.Out, "%s  %s\n", time.Now().Format(time.TimeOnly), fmt.Sprintf(format, arguments...))
}

// shown is how many changed files a line names.
const shown = 3

func listed(files []string) string {
	if len(files) <= shown {
		return strings.Join(files, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(files[:shown], ", "), len(files)-shown)
}

// lines returns a channel that gets each line of a reader.
func lines(ctx context.Context, reader io.Reader) <-chan string {
	read := make(chan string)
	go func() {
		for scanner := bufio.NewScanner(reader); scanner.Scan(); {
			select {
			case read <- scanner.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return read
}
