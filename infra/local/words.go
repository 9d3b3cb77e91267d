package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/addreams/addreams/infra/localcloud"
)

// step announces a step before it is taken.
func (s Stack) step(number, what string) { fmt.Fprintf(s.out, "%s  %s\n", number, what) }

// greet says what is there now, and what to do with it.
func (s Stack) greet(running localcloud.Running, unchanged bool) {
	if unchanged {
		fmt.Fprintln(s.out, "\nNothing changed.")
	}
	url := fmt.Sprintf("http://localhost:%d", s.cloud.WorkerPort)
	fmt.Fprintf(s.out, `
AdDreams   %[1]s
logs       %[2]s
Cloudflare %[3]s (the local one's REST API)
stop       make down (keeps the data)    make clean (removes it)

Sign up, and make an image:
  curl -s -c .local/cookies -H 'content-type: application/json' -H 'origin: %[1]s' \
    -d '{"name":"Ada","email":"ada'$(date +%%s)'@example.com","password":"correct horse"}' %[1]s/api/auth/sign-up/email
  curl -s -b .local/cookies -H 'content-type: application/json' -H 'origin: %[1]s' \
    -d '{"prompt":"a lighthouse at dawn"}' %[1]s/api/workflows/image-from-text

Apply pending migrations:
  curl -s -X POST -H "authorization: Bearer $(cat '%[4]s')" %[1]s/api/migrate
`, url, s.cloud.Log(), running.API, migrateTokenFile(s.cloud.Dir))
}

// changed reports whether an `up` changed anything, from its output.
func changed(output string) bool {
	_, summary, found := strings.Cut(output, "\nResources:\n")
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
func (s Stack) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("interrupted; make up continues from here")
	}
	return fmt.Errorf("%w\nmake up tries again; make clean starts over. What the local Cloudflare did: %s", err, s.cloud.Log())
}

// indented indents whole lines, so that the engine's output is below the step that it belongs to.
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
