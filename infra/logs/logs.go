// Package logs shows the log of the local Cloudflare, and of the Workers on it: it follows the file, chooses lines, and writes them
// for reading. It knows the form of the lines, and nothing else of who writes them.
package logs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// Options say what is shown, and how.
type Options struct {
	Filter Filter
	JSON   bool // the application's lines as they are, and no others
	Last   int  // how many of the lines that are there
	Follow bool // shows those to come as well, until the context ends
}

// poll is how often the file is looked at. The log of a local stack is read by one person.
const poll = 200 * time.Millisecond

// Show writes the lines of a log.
func Show(ctx context.Context, path string, out io.Writer, options Options) error {
	reader := &reader{path: path}
	defer reader.close()
	chosen := &selection{filter: options.Filter}

	var there []string
	err := reader.each(func(next line) error {
		there = append(there, options.write(chosen.of(next))...)
		there = there[max(0, len(there)-options.Last):]
		return nil
	})
	if err != nil && !(options.Follow && errors.Is(err, fs.ErrNotExist)) {
		return err
	}
	for _, text := range there {
		fmt.Fprintln(out, text)
	}

	for options.Follow {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(poll):
		}
		err := reader.each(func(next line) error {
			for _, text := range options.write(chosen.of(next)) {
				if _, err := fmt.Fprintln(out, text); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// write returns lines as they are shown.
func (o Options) write(lines []line) []string {
	var texts []string
	for _, l := range lines {
		switch {
		case !o.JSON:
			texts = append(texts, l.String())
		case l.fields != nil:
			texts = append(texts, l.text)
		}
	}
	return texts
}

// reader reads a file that grows, and goes on with the next one when that takes its place.
type reader struct {
	path  string
	file  *os.File
	lines *bufio.Reader
	part  string // of a line that is being written
}

// each passes on the lines that have been added.
func (r *reader) each(do func(line) error) error {
	if err := r.open(); err != nil {
		return err
	}
	for {
		text, err := r.lines.ReadString('\n')
		r.part += text
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}

		whole := r.part[:len(r.part)-1]
		r.part = ""
		if err := do(parse(whole)); err != nil {
			return err
		}
	}
}

// open opens the file, unless it is open and still the one of that name.
func (r *reader) open() error {
	now, err := os.Stat(r.path)
	if err != nil {
		return err
	}
	if r.file != nil {
		if was, err := r.file.Stat(); err == nil && os.SameFile(now, was) {
			return nil
		}
	}

	r.close()
	file, err := os.Open(r.path)
	if err != nil {
		return err
	}
	r.file, r.lines, r.part = file, bufio.NewReader(file), ""
	return nil
}

func (r *reader) close() {
	if r.file != nil {
		_ = r.file.Close()
	}
}
