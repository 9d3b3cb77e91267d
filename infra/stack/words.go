package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// say tells a step before it is taken.
func (l Local) say(step, what string) { fmt.Fprintf(l.out, "%s  %s\n", step, what) }

// greet tells what is there now, and what to do with it.
func (l Local) greet(cloud Cloud, unchanged bool) {
	if unchanged {
		fmt.Fprintln(l.out, "\nNothing changed.")
	}
	url := fmt.Sprintf("http://localhost:%d", l.WorkerPort)
	fmt.Fprintf(l.out, `
AdDreams   %[1]s
logs       %[2]s
Cloudflare %[3]s (the local one's REST API)
stop       make down (keeps the data)    make clean (removes it)

Sign up, and make an image:
  curl -s -c .local/cookies -H 'content-type: application/json' -H 'origin: %[1]s' \
    -d '{"name":"Ada","email":"ada'$(date +%%s)'@example.com","password":"correct horse"}' %[1]s/api/auth/sign-up/email
  curl -s -b .local/cookies -H 'content-type: application/json' -H 'origin: %[1]s' \
    -d '{"prompt":"a lighthouse at dawn"}' %[1]s/api/workflows/image-from-text
`, url, l.Log(), cloud.API)
}

// changed tells from an up's words whether it did anything.
func changed(said string) bool {
	_, summary, found := strings.Cut(said, "\nResources:\n")
	if !found {
		return true
	}
	for _, done := range []string{"created", "updated", "replaced", "deleted", "imported"} {
		if strings.Contains(summary, " "+done) {
			return true
		}
	}
	return false
}

// explain adds what to do to an engine's failure.
func (l Local) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("interrupted; make up goes on from here")
	}
	return fmt.Errorf("%w\nmake up tries again; make clean starts over. What the local Cloudflare did: %s", err, l.Log())
}

// indented writes whole lines further in, so that the engine's words stand below the step that they belong to.
type indented struct {
	out     io.Writer
	pending []byte
}

func (w *indented) Write(text []byte) (int, error) {
	w.pending = append(w.pending, text...)
	for {
		line, rest, whole := bytes.Cut(w.pending, []byte("\n"))
		if !whole {
			return len(text), nil
		}
		w.pending = rest
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(w.out, "      %s\n", bytes.TrimRight(line, " ")); err != nil {
			return 0, err
		}
	}
}
