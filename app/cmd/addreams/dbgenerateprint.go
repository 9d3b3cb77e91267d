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

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/generate"
)

// generated is a migration in JSON.
type generated struct {
	File   string          `json:"file,omitempty"`
	SQL    string          `json:"sql"`
	Effect *migrate.Effect `json:"effect,omitempty"`
	Rows   int             `json:"rows"`
	Notes  []string        `json:"notes,omitempty"`
}

func (g *generation) print(made generate.Migration, path string) error {
	if g.json {
		return g.session.printJSON(generated{path, made.Text(), &made.Effect, made.Rows, made.Notes})
	}
	fmt.Fprintf(g.out, "%s   %s\n", path, made.Effect.Risk)
	g.session.printChanges(made.Effect.Changes)
	for _, note := range made.Notes {
		fmt.Fprintln(g.out, note)
	}
	fmt.Fprintf(g.out, "\nTried on %s of %s in memory: every row stays, and the schema is that of %s.\n",
		migrate.Count(made.Rows, "row"), migrate.Count(made.Tables, "table"), g.schema)
	if len(made.Empty) > 0 {
		fmt.Fprintf(g.out, "No row was found that suits %s: see what the plan says about a real database.\n", strings.Join(made.Empty, ", "))
	}
	if made.Effect.Risk > migrate.RiskRebuild {
		fmt.Fprintf(g.out, "It needs --allow %s, or the stack's setting allowDestructive, or a comment that says why it is safe (migrations/README.md).\n", made.Name)
	}
	_, err := fmt.Fprintln(g.out, "Read it. Then see what it does to a database: go run ./app/cmd/addreams db plan --local")
	return err
}

func (g *generation) printNothing(draft generate.Draft) error {
	if g.json {
		return g.session.printJSON(generated{Notes: draft.Notes})
	}
	for _, note := range draft.Notes {
		fmt.Fprintln(g.out, note)
	}
	_, err := fmt.Fprintln(g.out, "Nothing to generate: the migrations make what "+g.schema+" says.")
	return err
}

// advise adds to an error the command lines that go on.
func (g *generation) advise(err error) error {
	var undecided *generate.Undecided
	var unfilled *generate.Unfilled
	switch {
	case errors.As(err, &undecided):
		return fmt.Errorf("%w\nNothing was written. Choose:\n%s", err, g.alternatives(undecided.Questions))
	case errors.As(err, &unfilled):
		return fmt.Errorf("%w\nNothing was written. Either give them a value:\n%s\nor demand none: write DEFAULT with a value, or leave NOT NULL out, in %s", err, g.values(unfilled.Columns), g.schema)
	}
	return err
}

// line returns a whole command line of this run with more flags.
func (g *generation) line(more string) string {
	name := "NAME"
	if len(g.given) > 0 {
		name = g.given[0]
	}
	if g.check {
		name = "--check"
	}
	return "  go run ./app/cmd/addreams db generate " + name + g.flags() + more
}

// alternatives returns the command line that renames everything that is open, and the one that drops it.
func (g *generation) alternatives(questions []generate.Question) string {
	var renames, drops, others strings.Builder
	taken := map[string]bool{}
	for _, question := range questions {
		drops.WriteString(" --drop " + shellWord(question.Gone.String()))
		flag := " --rename "
		if question.Gone.Column == "" {
			flag = " --rename-table "
		}
		for _, name := range question.New {
			renamed := flag + shellWord(generate.Rename{Name: question.Gone, To: name}.String())
			if key := question.Gone.Table + "." + name; taken[question.Gone.String()] || taken[key] {
				others.WriteString(renamed)
			} else {
				taken[key], taken[question.Gone.String()] = true, true
				renames.WriteString(renamed)
			}
		}
	}
	text := "to rename, so that the values stay:\n" + g.line(renames.String()) + "\nto drop what is gone, with its values:\n" + g.line(drops.String())
	if others.Len() > 0 {
		text += "\nor some of each; other renames that are possible:" + others.String()
	}
	return text
}

// values returns the command line that gives columns a value.
func (g *generation) values(columns []generate.Name) string {
	var fills strings.Builder
	for _, column := range columns {
		fills.WriteString(" --fill " + shellWord(column.String()+"=VALUE"))
	}
	return g.line(fills.String())
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
	fmt.Fprintln(q.out, strings.ToUpper(question.String()[:1])+question.String()[1:])
	for i, name := range question.New {
		fmt.Fprintf(q.out, "  %d  it is %s now; the values stay\n", i+1, name)
	}
	last := len(question.New) + 1
	fmt.Fprintf(q.out, "  %d  it is dropped, with its values\n", last)
	for range 3 {
		fmt.Fprintf(q.out, "1 to %d: ", last)
		line, err := q.lines.ReadString('\n')
		if err != nil {
			return "", errors.New("no answer was given; nothing was written")
		}
		switch number, err := strconv.Atoi(strings.TrimSpace(line)); {
		case err != nil || number < 1 || number > last:
		case number == last:
			return "", nil
		default:
			return question.New[number-1], nil
		}
	}
	return "", errors.New("that was no answer; nothing was written")
}
