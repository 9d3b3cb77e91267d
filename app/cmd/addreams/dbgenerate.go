package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/migrate/generate"
	"github.com/addreams/addreams/app/migrate/script"
)

// generateFlags are what `addreams db generate` takes.
type generateFlags struct {
	schema        string
	renames       []string
	tableRenames  []string
	drops         []string
	fills         []string
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
			command.SilenceUsage = true
			run, err := newGeneration(*flags, own, args, command)
			if err != nil {
				return err
			}
			return run.run(command.Context())
		},
	}
	set := command.Flags()
	set.StringVar(&own.schema, "schema", "", "the schema `file`, instead of schema.sql beside the migrations")
	set.StringArrayVar(&own.renames, "rename", nil, "a column has a new name: `TABLE.OLD=NEW`")
	set.StringArrayVar(&own.tableRenames, "rename-table", nil, "a table has a new name: `OLD=NEW`")
	set.StringArrayVar(&own.drops, "drop", nil, "a table or column is to go, and what is new is another: `TABLE[.COLUMN]`")
	set.StringArrayVar(&own.fills, "fill", nil, "the value of a column for rows that have none: `TABLE.COLUMN=EXPRESSION`")
	set.BoolVar(&own.custom, "custom", false, "write a file without statements, to be filled in")
	set.BoolVar(&own.check, "check", false, "write nothing, and fail if there is a difference")
	command.MarkFlagsMutuallyExclusive("custom", "check")
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
	if own.custom && len(own.renames)+len(own.tableRenames)+len(own.drops)+len(own.fills) > 0 {
		return nil, errors.New("--custom compares nothing, so --rename, --rename-table, --drop and --fill have no meaning with it")
	}
	if flags.folder == "" {
		flags.folder = "migrations"
	}
	if own.schema == "" {
		own.schema = filepath.Join(flags.folder, script.SchemaFile)
	}

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
	run.input, err = run.readInput(command)
	return run, err
}

// readInput reads the flags and the schema file.
func (g *generation) readInput(command *cobra.Command) (generate.Input, error) {
	input := generate.Input{Folder: g.folder.FS, SchemaName: g.schema}
	choices, err := g.choices()
	if err != nil {
		return input, err
	}
	input.Choices = choices
	if in := command.InOrStdin(); isTerminal(in) && !g.check {
		input.Ask = (&questioner{in: in, out: command.ErrOrStderr()}).ask
	}
	input.Schema, err = os.ReadFile(g.schema)
	if errors.Is(err, os.ErrNotExist) {
		return input, fmt.Errorf("there is no %s: go run ./app/cmd/addreams db pull writes it from a database, or name another file with --schema", g.schema)
	}
	return input, err
}

// choices reads the flags that decide what the schemas leave open.
func (g *generation) choices() (generate.Choices, error) {
	var choices generate.Choices
	return choices, errors.Join(
		each("--rename", g.renames, generate.ParseRename, &choices.Columns),
		each("--rename-table", g.tableRenames, generate.ParseTableRename, &choices.Tables),
		each("--drop", g.drops, generate.ParseDrop, &choices.Drops),
		each("--fill", g.fills, generate.ParseFill, &choices.Fills))
}

// each reads the values of a flag.
func each[V any](flag string, texts []string, parse func(string) (V, error), into *[]V) error {
	for _, text := range texts {
		value, err := parse(text)
		if err != nil {
			return fmt.Errorf("%s: %w", flag, err)
		}
		*into = append(*into, value)
	}
	return nil
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
		return g.advise(err)
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
	_, err = fmt.Fprintf(g.out, "%s\nWrite the statements, each ended by ; and then what they change into %s.\n", path, filepath.Join(g.dbFlags.folder, script.SchemaFile))
	return err
}

// compare fails if the schema file and the migrations differ.
func (g *generation) compare(ctx context.Context) error {
	draft, err := generate.New(ctx, g.input)
	if err != nil {
		return g.advise(err)
	}
	if len(draft.Statements) == 0 {
		return g.printNothing(draft)
	}
	if g.json {
		err = g.session.printJSON(draft)
	} else {
		_, err = fmt.Fprint(g.out, draft.Text())
	}
	return errors.Join(err, fmt.Errorf("%s and the migrations differ: write the migration with go run ./app/cmd/addreams db generate NAME%s", g.schema, g.flags()))
}

// flags returns the command line's flags, for another one.
func (g *generation) flags() string {
	var line strings.Builder
	add := func(flag string, values ...string) {
		for _, value := range values {
			if value != "" {
				line.WriteString(" " + flag + " " + shellWord(value))
			}
		}
	}
	if g.dbFlags.folder != "migrations" {
		add("--migrations", g.dbFlags.folder)
	}
	if g.schema != filepath.Join(g.dbFlags.folder, script.SchemaFile) {
		add("--schema", g.schema)
	}
	add("--rename-table", g.tableRenames...)
	add("--rename", g.renames...)
	add("--drop", g.drops...)
	add("--fill", g.fills...)
	return line.String()
}

// shellWord quotes a word for a shell if it needs that.
func shellWord(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=-") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
