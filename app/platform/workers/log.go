//go:build js && wasm

package workers

import (
	"bytes"
	"context"
	"io"
)

// LogWriter returns the writer of the request's log. Each Write is one line, which Cloudflare attributes to the request.
func LogWriter(ctx context.Context) io.Writer {
	m, err := mailboxOf(ctx)
	if err != nil {
		return io.Discard
	}
	return logWriter{m}
}

type logWriter struct{ mailbox *mailbox }

func (w logWriter) Write(line []byte) (int, error) {
	if w.mailbox.done {
		return 0, ErrEnded
	}
	w.mailbox.tell(kindLog, bytes.TrimSuffix(line, []byte("\n")))
	return len(line), nil
}
