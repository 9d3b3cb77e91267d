package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/migrate/generate"
	"github.com/addreams/addreams/app/migrate/script"
)

// generateFlags are what `addreams db generate` takes.
type generateFlags struct {
	choiceFlags
	custom, check bool
}

// newGenerateCommand is `addreams db generate`, which writes migrations.
func newGenerateCommand(flags *dbFlags) *cobra.Command {
	var own generateFlags
	command := &cobra.Command{
		Use: "generate NAME", Args: cobra.MaximumNArgs(1),
		Short: "Write the migration that makes the schema what schema.sql says",
		Long: "Compare the schema that the migrations make with schema.sql, and write the difference as NNNN_NAME.sql.\n" +
			"It contacts no database: the file is tried on rows in memory, and kept only if the plan accepts it, every row\n" +
			"stays and the schema is the one of schema.sql.",
		Example: "  addreams db generate user_bio\n  addreams db generate plans --fill \"user.plan='free'\"\n  addreams db generate names --rename user.nm=name",
		RunE: func(command *cobra.Command, args []string) error {
			run, err := newGeneration(*flags, own, args, command)
			if err != nil {
				return err
			}
			return run.run(command.Context())
		},
	}
	set := command.Flags()
	own.register(command)
	set.BoolVar(&own.custom, "custom", false, "write a file without statements, to be filled in")
	set.BoolVar(&own.check, "check", false, "write nothing, and fail if there is a difference")
	exclusive(command, "custom", "check")

	return command
}

// generation is one run of the command.
type generation struct {
	dbFlags
	generateFlags
	name    string // NNNN_name.sql; empty with --check
	given   []string
	folder  generate.Folder
	input   generate.Input
	out     io.Writer
	session dbSession // prints JSON
}

func newGeneration(flags dbFlags, own generateFlags, args []string, command *cobra.Command) (*generation, error) {
	if t := flags.target; t.sqlite != "" || t.local || t.stack != "" || t.remote {
		return nil, errors.New("db generate compares files, and contacts no database: leave --local, --stack, --remote and --sqlite out")
	}
	if len(args) == 0 && !own.check {
		return nil, errors.New("name the migration, as in: go run ./app/cmd/addreams db generate add_user_bio")
	}
	if own.custom && own.chosen() {
		return nil, errors.New("--custom compares nothing, so --rename, --rename-table, --drop and --fill have no meaning with it")
	}
	own.folder, own.schema = flags.files(own.schema)
	flags.folder = own.folder

	run := &generation{dbFlags: flags, generateFlags: own, given: args, out: command.OutOrStdout()}
	run.session = dbSession{dbFlags: flags, out: run.out}
	var err error
	if run.folder, err = generate.OpenFolder(flags.folder); err != nil {
		return nil, err
	}
	if len(args) > 0 {
		if run.name, err = run.folder.Next(args[0]); err != nil {
			return nil, err
		}
	}
	if own.custom {
		return run, nil
	}
	run.input, err = own.input(command, !own.check)
	run.input.Folder = run.folder.FS
	return run, err
}

func (g *generation) run(ctx context.Context) error {
	switch {
	case g.custom:
		return g.writeCustom()
	case g.check:
		return g.compare(ctx)
	}
	made, err := generate.Make(ctx, g.input, g.name)
	if err != nil {
		return advise(err, g.schema, g.line)
	}
	if len(made.Statements) == 0 {
		return g.printNothing(made.Draft)
	}
	path, err := g.folder.Write(made.Name, made.Text())
	if err != nil {
		return err
	}

	return g.print(made, path)
}

const customText = "-- What it does, and why.\n"

// writeCustom writes a file without statements.
func (g *generation) writeCustom() error {
	path, err := g.folder.Write(g.name, customText)
	if err != nil {
		return err
	}
	if g.json {
		return g.session.printJSON(generated{File: path, SQL: customText})
	}
	_, err = fmt.Fprintf(g.out, "%s\nWrite the statements, each ended by ; and then what they change into %s.\n", path, filepath.Join(g.choiceFlags.folder, script.SchemaFile))
	return err
}

// compare fails if the schema file and the migrations differ.
func (g *generation) compare(ctx context.Context) error {
	draft, err := generate.New(ctx, g.input)
	if err != nil {
		return advise(err, g.schema, g.line)
	}
	if len(draft.Statements) == 0 {
		return g.printNothing(draft)
	}
	if g.json {
		err = g.session.printJSON(draft)
	} else {
		_, err = fmt.Fprint(g.out, draft.Text())
	}
	return errors.Join(err, fmt.Errorf("%s and the migrations differ: write the migration with go run ./app/cmd/addreams db generate NAME%s", g.schema, g.choiceFlags.line()))
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
	return "  go run ./app/cmd/addreams db generate " + name + g.choiceFlags.line() + more
}
