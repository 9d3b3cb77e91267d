package picture

import (
	"bytes"
	"errors"
	"io"

	"github.com/addreams/addreams/app/platform"
)

// dedupWriter writes to a spool, unless the whole text repeats an earlier spool: then it only compares.
type dedupWriter struct {
	open    func() platform.Spool
	earlier platform.Spool // nil if there is none
	ahead   io.Reader      // earlier, from the first byte that has not been compared
	matched int64          // bytes that were the same
	window  []byte
	own     platform.Spool // nil until the texts differ
}

func (w *dedupWriter) Write(text []byte) (int, error) {
	if w.own == nil && w.earlier != nil {
		if same, err := w.repeats(text); same || err != nil {
			return len(text), err
		}
	}
	if err := w.diverge(); err != nil {
		return 0, err
	}
	return w.own.Write(text)
}

// spool returns the spool that holds the whole text: the earlier one, or a new one.
func (w *dedupWriter) spool() (platform.Spool, error) {
	if w.own == nil && w.earlier != nil && w.matched == w.earlier.Len() {
		return w.earlier, nil
	}
	err := w.diverge()
	return w.own, err
}

// repeats reports whether the text equals the next bytes of the earlier spool.
func (w *dedupWriter) repeats(text []byte) (bool, error) {
	if w.ahead == nil {
		w.ahead = w.earlier.Open()
	}
	if len(w.window) < len(text) {
		w.window = make([]byte, len(text))
	}

	n, err := io.ReadFull(w.ahead, w.window[:len(text)])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	if !bytes.Equal(w.window[:n], text) {
		return false, nil
	}
	w.matched += int64(n)
	return true, nil
}

// diverge opens a spool for the text, if it has none, and copies what it shares with the earlier one.
func (w *dedupWriter) diverge() error {
	if w.own != nil {
		return nil
	}
	w.own = w.open()
	if w.matched == 0 {
		return nil
	}
	_, err := io.CopyN(w.own, w.earlier.Open(), w.matched)
	return err
}
