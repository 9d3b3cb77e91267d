package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/dump"
	"github.com/addreams/addreams/app/migrate"
)

// toStdout is the name of the output that is no file.
const toStdout = "-"

// exportFlags are what `addreams db export` takes beside the database.
type exportFlags struct {
	output string
	dump   dump.Options
}

// newExportCommand is `addreams db export`, which writes a database as SQL.
func newExportCommand(flags *dbFlags) *cobra.Command {
	var own exportFlags
	command := &cobra.Command{
		Use: "export", Args: cobra.NoArgs,
		Short: "Write a database as SQL that SQLite and wrangler d1 execute load again",
		Long: "Write the schema and the rows of a database, which is only read, as SQL that SQLite, wrangler d1 execute --file and\n" +
			"D1's import load again. The database may be larger than memory. Everything is in it, also the ledgers of migrations.",
		RunE: func(command *cobra.Command, _ []string) error {
			if flags.target.absent() {
				return fmt.Errorf("%s does not exist, so there is nothing to export", flags.target.sqlite)
			}
			if flags.json && own.output == toStdout {
				return errors.New("--json says what was written, so it needs a file: add --output FILE")
			}
			if own.output == "" {
				return errors.New("--output needs the name of a file, or - for the standard output")
			}
			if slices.Contains(own.dump.Tables, "") {
				return errors.New("--table needs the name of a table")
			}
			return flags.with(command, func(ctx context.Context, s dbSession) error { return s.export(ctx, own, command.ErrOrStderr()) })
		},
	}

	set := command.Flags()
	set.StringVar(&own.output, "output", toStdout, "the `file` to write, or - for the standard output")
	set.StringArrayVar(&own.dump.Tables, "table", nil, "only the table of this `name`, with its indexes and triggers; may be repeated")
	set.BoolVar(&own.dump.NoData, "no-data", false, "write the schema without rows")
	set.BoolVar(&own.dump.NoSchema, "no-schema", false, "write rows without the schema")
	exclusive(command, "no-data", "no-schema")
	return command
}

// export writes the dump, and to a file completely or not at all. Only its owner may read it.
func (s dbSession) export(ctx context.Context, own exportFlags, notes io.Writer) error {
	if own.output == toStdout {
		summary, err := s.dump(ctx, s.out, own.dump)
		return errors.Join(err, printNotes(notes, summary))
	}

	var summary dump.Summary
	err := writeFile(own.output, 0o600, func(file io.Writer) (err error) {
		summary, err = s.dump(ctx, file, own.dump)
		return err
	})
	switch {
	case err != nil:
		return err
	case s.json:
		return s.printJSON(summary)
	}
	_, err = fmt.Fprintf(s.out, "%s: %s with %s of %s\n", own.output,
		migrate.Count(summary.Tables, "table"), migrate.Count(int(summary.Rows), "row"), s.opened.name)
	return errors.Join(err, printNotes(notes, summary))
}

// dump writes the dump. A SQLite file is read as it is at one moment.
func (s dbSession) dump(ctx context.Context, out io.Writer, options dump.Options) (summary dump.Summary, err error) {
	file, isFile := s.opened.db.(*sqlite.Database)
	if !isFile {
		return dump.Write(ctx, s.opened.db, out, options)
	}
	err = file.Snapshot(ctx, func(tx d1.Database) (err error) {
		summary, err = dump.Write(ctx, tx, out, options)
		return err
	})
	return summary, err
}

func printNotes(to io.Writer, summary dump.Summary) error {
	for _, note := range summary.Notes {
		if _, err := fmt.Fprintln(to, note); err != nil {
			return err
		}
	}
	return nil
}
