package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/addreams/addreams/app/migrate/generate"
)

// advise adds to an error the command lines that go on. line makes one with more flags.
func advise(err error, schema string, line func(more string) string) error {
	var undecided *generate.Undecided
	var unfilled *generate.Unfilled
	switch {
	case errors.As(err, &undecided):
		return fmt.Errorf("%w\nNothing was changed. Choose:\n%s", err, alternatives(undecided.Questions, line))
	case errors.As(err, &unfilled):
		var fills strings.Builder
		for _, column := range unfilled.Columns {
			fills.WriteString(" --fill " + shellWord(column.String()+"=VALUE"))
		}
		return fmt.Errorf("%w\nNothing was changed. Either give them a value:\n%s\nor demand none: write DEFAULT with a value, or leave NOT NULL out, in %s",
			err, line(fills.String()), schema)
	}

	return err
}

// alternatives returns the command line that renames everything that is open, and drops what no new name is left for, and
// the one that drops all of it.
func alternatives(questions []generate.Question, line func(more string) string) string {
	var renames, drops, others strings.Builder
	taken := map[generate.Name]bool{}
	for _, question := range questions {
		drops.WriteString(" --drop " + shellWord(question.Gone.String()))
		flag := " --rename "
		if question.Gone.Column == "" {
			flag = " --rename-table "
		}
		renamed := false
		for _, name := range question.New {
			rename := generate.Rename{Name: question.Gone, To: name}
			to := generate.Name{Column: name} // among the tables, or the columns of one
			if question.Gone.Column != "" {
				to.Table = question.Gone.Table
			}
			if renamed || taken[to] {
				others.WriteString(flag + shellWord(rename.String()))
				continue
			}
			taken[to], renamed = true, true
			renames.WriteString(flag + shellWord(rename.String()))
		}
		if !renamed {
			renames.WriteString(" --drop " + shellWord(question.Gone.String()))
		}
	}

	text := "to rename, so that the values stay:\n" + line(renames.String()) + "\nto drop what is gone, with its values:\n" + line(drops.String())
	if others.Len() > 0 {
		text += "\nor some of each; other renames that are possible:" + others.String()
	}
	return text
}

// isTerminal reports whether somebody can answer.
func isTerminal(in io.Reader) bool {
	file, ok := in.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// questioner asks on a terminal.
type questioner struct {
	in    io.Reader
	out   io.Writer
	lines *bufio.Reader
}

func (q *questioner) ask(question generate.Question) (generate.Answer, error) {
	if q.lines == nil {
		q.lines = bufio.NewReader(q.in)
	}
	text, last := question.String(), len(question.New)+1
	fmt.Fprintln(q.out, strings.ToUpper(text[:1])+text[1:])
	for i, name := range question.New {
		fmt.Fprintf(q.out, "  %d  it is %s now; the values stay\n", i+1, name)
	}
	fmt.Fprintf(q.out, "  %d  it is dropped, with its values\n", last)

	for range 3 {
		fmt.Fprintf(q.out, "1 to %d: ", last)
		line, err := q.lines.ReadString('\n')
		if err != nil {
			return "", errors.New("no answer was given; nothing was changed")
		}
		switch number, err := strconv.Atoi(strings.TrimSpace(line)); {
		case err != nil || number < 1 || number > last:
		case number == last:
			return "", nil
		default:
			return question.New[number-1], nil
		}
	}
	return "", errors.New("that was no answer; nothing was changed")
}
