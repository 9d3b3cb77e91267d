package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/generate"
	"github.com/addreams/addreams/app/migrate/rehearse"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/migrations"
)

// dbFlags are the flags of every db command.
type dbFlags struct {
	target  dbTarget
	folder  string
	allow   []string
	through string
	json    bool
}

// newDBCommand returns `addreams db`, which shows and changes the schema of a database.
func newDBCommand() *cobra.Command {
	var flags dbFlags
	command := &cobra.Command{
		Use: "db", Args: cobra.NoArgs, RunE: showHelp,
		Short: "Write, plan and apply the migrations of a database, and look into it",
		Long: "Write, plan and apply the migrations of a database, and look into it: a SQLite file, the local stack's database,\n" +
			"a Pulumi stack's, or the one that .env or the environment names (CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_DATABASE_ID,\n" +
			"CLOUDFLARE_D1_TOKEN).",
	}
	flags.target.register(command)
	common := command.PersistentFlags()
	common.StringVar(&flags.folder, "migrations", "", "a `folder` of migrations, instead of the built-in ones")
	common.BoolVar(&flags.json, "json", false, "write JSON")

	migrating := dbSubcommand(&flags, "migrate", "Apply the pending files, each of them completely or not at all", dbMigrate)
	migrating.Long = "Apply the pending files, each of them completely or not at all. A SQLite file that does not exist is created."
	migrating.Flags().StringSliceVar(&flags.allow, "allow", nil, "allow this `file` to destroy rows, columns or tables")
	planning := dbSubcommand(&flags, "plan", "Show what the pending files would do, without writing anything", dbPlan)
	planning.Flags().StringSliceVar(&flags.allow, "allow", nil, "allow this `file` to destroy rows, columns or tables")
	baseline := dbSubcommand(&flags, "baseline", "Record files as applied, if the schema is proven to equal theirs", dbBaseline)
	baseline.Flags().StringVar(&flags.through, "through", "", "the last `file` to record, instead of the fewest files that prove equal")
	command.AddCommand(
		dbSubcommand(&flags, "status", "Show which files are applied or pending, and where the schema differs", dbStatus),
		planning, migrating, baseline, newGenerateCommand(&flags), newPushCommand(&flags), newPullCommand(&flags), newExportCommand(&flags),
		newRestoreCommand(&flags), newSeedCommand(&flags), newStudioCommand(&flags))
	return command
}

// dbSession is the database, engine and output of one command.
type dbSession struct {
	dbFlags
	opened dbOpened
	engine *migrate.Engine
	out    io.Writer
}

// command returns the command line of another db command on this database, with the same files.
func (s dbSession) command(name string) string {
	return "go run ./app/cmd/addreams db " + name + " " + s.on()
}

// on returns the flags that choose this database and these files.
func (s dbSession) on() string {
	flags := s.opened.flag
	if s.folder != "" {
		flags += " --migrations " + shellWord(s.folder)
	}
	return flags
}

func dbSubcommand(flags *dbFlags, use, short string, run func(context.Context, dbSession) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(command *cobra.Command, _ []string) error {
		return flags.with(command, run)
	}}
}

// with opens the database and calls run with it.
func (f dbFlags) with(command *cobra.Command, run func(context.Context, dbSession) error) (err error) {
	f.target.empty = command.Name() != "migrate" && f.target.absent()
	if f.target.empty && command.Name() == "baseline" {
		return fmt.Errorf("%s does not exist, so there is nothing to record", f.target.sqlite)
	}
	var folder fs.FS = migrations.FS
	if f.folder != "" {
		given, err := generate.OpenFolder(f.folder)
		if err != nil {
			return err
		}
		folder = given.FS
	}
	if err := f.known(folder); err != nil {
		return err
	}
	opened, err := f.target.open(command.Context(), os.Getenv)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.close()) }()
	if f.target.empty && !f.json {
		fmt.Fprintln(command.ErrOrStderr(), f.target.sqlite+" does not exist. The following is about an empty database; db migrate creates the file.")
	}

	engine, err := migrate.New(opened.db, folder, migrate.Options{Rehearser: rehearse.InMemory{}, By: "addreams db", Allow: f.allow})
	if err != nil {
		return err
	}
	return run(command.Context(), dbSession{f, opened, engine, command.OutOrStdout()})
}

// known fails if a flag names a file that is not among the migrations.
func (f dbFlags) known(folder fs.FS) error {
	files, err := script.Load(folder)
	if err != nil {
		return err
	}
	check := func(flag, name string) error {
		file := strings.TrimSuffix(name, ".sql") + ".sql"
		if name == "" || name == migrate.All || slices.ContainsFunc(files, func(f script.File) bool { return f.Name == file }) {
			return nil
		}
		return fmt.Errorf("%s %s: there is no migration of that name", flag, name)
	}

	for _, name := range f.allow {
		if err := check("--allow", name); err != nil {
			return err
		}
	}
	return check("--through", f.through)
}

func dbStatus(ctx context.Context, s dbSession) error {
	plan, err := s.engine.Plan(ctx)
	if err != nil {
		return err
	}
	drift, err := s.engine.Drift(ctx)
	if err != nil {
		return err
	}
	return s.printStatus(plan, drift)
}

func dbPlan(ctx context.Context, s dbSession) error {
	plan, err := s.engine.Plan(ctx)
	if err != nil {
		return err
	}
	return errors.Join(s.printPlan(plan), refusedPlan(plan))
}

// refusedPlan fails the command if the plan has refusals, which have been printed.
func refusedPlan(plan migrate.Plan) error {
	if len(plan.Refusals) == 0 {
		return nil
	}
	return errors.New("the migrations can't be applied as they are; nothing has changed")
}

func dbMigrate(ctx context.Context, s dbSession) error {
	report, err := s.engine.Apply(ctx)
	idle := "Nothing to apply: the database is up to date."
	if err != nil {
		idle = ""
	}
	return errors.Join(s.printReport(report, idle), err)
}

func dbBaseline(ctx context.Context, s dbSession) error {
	report, err := s.engine.Baseline(ctx, s.through)
	if err != nil {
		return err
	}
	return s.printReport(report, "Nothing to record: the ledger already has every file.")
}
