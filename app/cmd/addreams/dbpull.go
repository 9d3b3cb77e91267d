package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/generate"
	"github.com/addreams/addreams/app/migrate/script"
)

// pullFlags are what `addreams db pull` takes beside the database.
type pullFlags struct {
	schema string
	diff   bool
}

// newPullCommand is `addreams db pull`, which writes schema.sql from a database.
func newPullCommand(flags *dbFlags) *cobra.Command {
	var own pullFlags
	command := &cobra.Command{
		Use: "pull", Args: cobra.NoArgs,
		Short: "Write schema.sql from a database, or show with --diff where they differ",
		Long: "Write schema.sql from a database that is only read: tables by their names, each with its indexes and triggers.\n" +
			"What is equal in effect stays as the file has it, and comments stay where they still fit. If there is no migration\n" +
			"yet, the first one is written too.",
		RunE: func(command *cobra.Command, _ []string) error {
			if flags.target.absent() {
				return fmt.Errorf("%s does not exist, so there is nothing to pull", flags.target.sqlite)
			}
			path, _ := flags.files(own.schema)
			folder, err := generate.OpenFolder(path)
			if err != nil {
				return err
			}
			return flags.with(command, func(ctx context.Context, s dbSession) error { return s.pull(ctx, folder, own) })
		},
	}
	command.Flags().StringVar(&own.schema, "schema", "", "the schema `file`, instead of schema.sql beside the migrations")
	command.Flags().BoolVar(&own.diff, "diff", false, "write nothing, and show where the database differs from the file")

	return command
}

// defaultFolder has the migrations of the checkout.
const defaultFolder = "migrations"

// files returns the folder of migrations and the schema file on disk.
func (f dbFlags) files(schema string) (folder, file string) {
	folder = defaultFolder
	if f.folder != "" {
		folder = f.folder
	}
	if schema == "" {
		schema = filepath.Join(folder, script.SchemaFile)
	}
	return folder, schema
}

func (s dbSession) pull(ctx context.Context, folder generate.Folder, own pullFlags) error {
	_, file := s.files(own.schema)
	recorded, err := s.engine.Recorded(ctx)
	if err != nil && folder.Empty() && !own.diff { // the baseline is to record what is written
		return err
	}
	pulled, existing, err := s.pulled(ctx, file)
	if err != nil {
		return err
	}
	if own.diff {
		return s.printDiff(pulled, file)
	}

	files := []string{}
	if pulled.Text != existing {
		if err := writeFile(file, 0o644, func(to io.Writer) error { _, err := io.WriteString(to, pulled.Text); return err }); err != nil {
			return err
		}
		files = append(files, file)
	}
	if folder.Empty() {
		first, err := folder.Write("0000_first.sql", pulled.First())
		if err != nil {
			return err
		}
		files = append(files, first)
	}
	return s.printPulled(pulled, file, files, s.afterPull(folder.Empty(), len(recorded)))
}

// afterPull says how the ledger gets the first migration; empty if there were others.
func (s dbSession) afterPull(first bool, recorded int) string {
	switch {
	case !first:
		return ""
	case recorded == 0:
		return "The database has all of it: record that with " + s.command("baseline")
	}
	return fmt.Sprintf("Its ledger lists %s that are not here, so that db baseline will refuse: take their files from where they are. To begin anew instead, "+
		"delete the rows of d1_migrations, and of addreams_migrations if it is there, and run %s", migrate.Count(recorded, "migration"), s.command("baseline"))
}

// pulled reads the database and the schema file, if there is one.
func (s dbSession) pulled(ctx context.Context, file string) (pulled generate.Pulled, existing string, err error) {
	content, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return pulled, "", err
	}
	entries, err := catalog.Read(ctx, s.opened.db)
	if err != nil {
		return pulled, "", err
	}
	if entries, err = generate.WithoutDrizzle(entries); err != nil {
		return pulled, "", err
	}
	pulled, err = generate.Pull(ctx, entries, content, file)
	return pulled, string(content), err
}

// printDiff says where the database differs from the schema file.
func (s dbSession) printDiff(pulled generate.Pulled, file string) error {
	if s.json {
		return s.printJSON(pulled)
	}
	if len(pulled.Changes) == 0 {
		_, err := fmt.Fprintf(s.out, "%s has the schema of %s.\n", file, s.opened.name)
		return err
	}
	fmt.Fprintf(s.out, "From %s to %s:\n", file, s.opened.name)
	s.printChanges(pulled.Changes)
	return nil
}

// printPulled says what was written, and where the database differed.
func (s dbSession) printPulled(pulled generate.Pulled, file string, files []string, next string) error {
	if s.json {
		return s.printJSON(struct {
			generate.Pulled
			Files []string `json:"files"`
		}{pulled, files})
	}
	if len(pulled.Changes) > 0 {
		if err := s.printDiff(pulled, file); err != nil {
			return err
		}
	}

	for _, written := range files {
		fmt.Fprintln(s.out, written)
	}
	if len(files) == 0 {
		fmt.Fprintln(s.out, file+" is as it should be; nothing was written.")
	}
	if next != "" {
		fmt.Fprintln(s.out, next)
	}
	return nil
}
