package studio

import (
	"bytes"
	"errors"
	"io"

	"github.com/addreams/addreams/app/platform"
)

// echo writes to a spool, unless what is written repeats an earlier spool from beginning to end: then it only compares.
type echo struct {
	open    func() platform.Spool
	earlier platform.Spool // nil if there is none
	ahead   io.Reader      // earlier, from where the comparison stands
	matched int64          // bytes that were the same
	window  []byte
	own     platform.Spool // once there is a difference
}

func (e *echo) Write(text []byte) (int, error) {
	if e.own == nil && e.earlier != nil {
		if same, err := e.repeats(text); same || err != nil {
			return len(text), err
		}
	}
	if err := e.part(); err != nil {
		return 0, err
	}
	return e.own.Write(text)
}

// spool returns where the whole text is now: in the earlier spool, or in one of its own.
func (e *echo) spool() (platform.Spool, error) {
	if e.own == nil && e.earlier != nil && e.matched == e.earlier.Len() {
		return e.earlier, nil
	}
	return e.own, e.part()
}

// repeats compares the text with the earlier spool's next bytes.
func (e *echo) repeats(text []byte) (bool, error) {
	if e.ahead == nil {
		e.ahead = e.earlier.Open()
	}
	if len(e.window) < len(text) {
		e.window = make([]byte, len(text))
	}
	n, err := io.ReadFull(e.ahead, e.window[:len(text)])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	if !bytes.Equal(e.window[:n], text) {
		return false, nil
	}
	e.matched += int64(n)
	return true, nil
}

// part gives the text a spool of its own, with what it shares with the earlier one.
func (e *echo) part() error {
	if e.own != nil {
		return nil
	}
	e.own = e.open()
	if e.matched == 0 {
		return nil
	}
	_, err := io.CopyN(e.own, e.earlier.Open(), e.matched)
	return err
}
