package main

import (
	"context"
	"errors"
	"fmt"
	"testing/fstest"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/generate"
	"github.com/addreams/addreams/app/migrate/rehearse"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/app/migrate/sqltext"
	"github.com/addreams/addreams/infra/names"
)

// newPushCommand is `addreams db push`, which changes a development database without a migration.
func newPushCommand(flags *dbFlags) *cobra.Command {
	var own choiceFlags
	var yes bool
	command := &cobra.Command{
		Use: "push", Args: cobra.NoArgs,
		Short: "Make a development database what schema.sql says, without a migration",
		Long: "Make a development database what schema.sql says, without a migration: show the statements, and the rows and\n" +
			"values that would be lost, ask, and run them as one batch. The ledger records it, so that nothing is migrated\n" +
			"there until db generate has written the migration and db baseline has recorded it.\n" +
			"It works on --local, --sqlite, and stacks with addreams:allowPush, but never on prod.",
		RunE: func(command *cobra.Command, _ []string) error {
			if err := flags.target.mayPush(command.Context()); err != nil {
				return err
			}

			own.folder, own.schema = flags.files(own.schema)
			input, err := own.input(command, true)
			if err != nil {
				return err
			}
			return flags.with(command, func(ctx context.Context, s dbSession) error {
				p := push{s, own, yes, command}
				return p.run(ctx, input)
			})
		},
	}
	own.register(command)
	command.Flags().BoolVar(&yes, "yes", false, "do not ask for confirmation")

	return command
}

// mayPush refuses databases that are not for development.
func (t dbTarget) mayPush(ctx context.Context) error {
	switch {
	case t.remote:
		return errors.New("db push is for development databases, and the one that .env names may be any: use --local, --sqlite or --stack")
	case t.production():
		return errors.New("db push is never for prod: write a migration with db generate")
	case t.absent():
		return fmt.Errorf("%s does not exist: db migrate --sqlite %[1]s makes it", t.sqlite)
	case t.stack == "" || t.stack == names.Local:
		return nil
	}
	allowed, err := pulumi(ctx, t.stack, "config", "get", "addreams:allowPush")
	if err != nil && !errors.Is(err, errUnset) {
		return err
	}
	if allowed != "true" {
		return fmt.Errorf("the stack %s does not allow db push: pulumi config set addreams:allowPush true --stack %[1]s, or write a migration with db generate", t.stack)
	}

	return nil
}

// push is one run of the command.
type push struct {
	dbSession
	choiceFlags
	yes     bool
	command *cobra.Command
}

func (p push) run(ctx context.Context, input generate.Input) error {
	entries, err := catalog.Read(ctx, p.opened.db)
	if err != nil {
		return err
	}
	draft, err := generate.Between(ctx, entries, input)
	if err != nil {
		return advise(err, p.schema, p.line)
	}
	if len(draft.Statements) == 0 {
		if p.json {
			return p.printJSON(pushedJSON{})
		}
		_, err := fmt.Fprintf(p.out, "Nothing to push: %s has the schema of %s.\n", p.opened.name, p.schema)
		return err
	}

	step, err := p.rehearse(ctx, entries, draft)
	if err != nil {
		return err
	}
	lost, err := p.lost(ctx, draft)
	if err != nil {
		return err
	}
	if p.json {
		return p.applyJSON(ctx, step, entries, pushedJSON{SQL: draft.Text(), Effect: step.Effect, Lost: lost})
	}
	fmt.Fprintf(p.out, "%s\n%s   %s\n", draft.Text(), p.opened.name, step.Effect.Risk)
	p.printChanges(step.Effect.Changes)
	for _, line := range lost {
		fmt.Fprintln(p.out, line)
	}
	if !p.yes && !p.confirmed(p.command.InOrStdin(), "This changes "+p.opened.name+".") {
		return errors.New("nothing was changed: answer yes, or pass --yes")
	}
	return p.apply(ctx, step, entries)
}

// line returns a whole command line of this run with more flags.
func (p push) line(more string) string {
	return "  go run ./app/cmd/addreams db push " + p.opened.flag + p.choiceFlags.line() + more
}

// rehearse tries the statements on a copy of the database's rows.
func (p push) rehearse(ctx context.Context, entries []catalog.Entry, draft generate.Draft) (migrate.Step, error) {
	files, err := script.Load(fstest.MapFS{"0000_pushed.sql": {Data: []byte(draft.Text())}})
	if err != nil {
		return migrate.Step{}, err
	}

	file := files[0]
	file.Name = script.SchemaFile
	plan := migrate.Plan{Steps: []migrate.Step{{Name: file.Name, State: migrate.Pending, File: file}}}
	if err := (rehearse.InMemory{}).Rehearse(ctx, p.opened.db, entries, &plan); err != nil {
		return migrate.Step{}, err
	}
	if err := plan.Err(); err != nil {
		return migrate.Step{}, fmt.Errorf("nothing was changed: %w", err)
	}
	return plan.Steps[0], nil
}

// lost says how many rows and values the statements drop.
func (p push) lost(ctx context.Context, draft generate.Draft) ([]string, error) {
	if len(draft.Losses) == 0 {
		return nil, nil
	}
	var batch []d1.Statement
	for _, name := range draft.Losses {
		of := "*"
		if name.Column != "" {
			of = sqltext.Quote(name.Column)
		}
		batch = append(batch, d1.SQL("SELECT count("+of+") FROM "+sqltext.Quote(name.Table)))
	}
	counted, err := p.opened.db.Batch(ctx, batch...)
	if err != nil {
		return nil, err
	}

	var lines []string
	for i, name := range draft.Losses {
		what := "row"
		if name.Column != "" {
			what = "value"
		}
		var count int
		if err := counted[i].Only("what will be lost", &count); err != nil {
			return nil, err
		}
		lines = append(lines, fmt.Sprintf("%s of %s will be lost.", migrate.Count(count, what), name))
	}
	return lines, nil
}

// pushedJSON is what was pushed.
type pushedJSON struct {
	SQL          string          `json:"sql"`
	Effect       *migrate.Effect `json:"effect,omitempty"`
	Lost         []string        `json:"lost,omitempty"`
	RestorePoint string          `json:"bookmark,omitempty"`
}

// applyJSON runs the statements without a question, and writes what was done as JSON.
func (p push) applyJSON(ctx context.Context, step migrate.Step, madeFor []catalog.Entry, done pushedJSON) (err error) {
	if !p.yes {
		return errors.New("nothing was changed: with --json nobody is asked, pass --yes")
	}
	if done.RestorePoint, err = p.engine.Push(ctx, step, madeFor); err != nil {
		return err
	}
	return p.printJSON(done)
}

// apply runs the statements, and says what comes next.
func (p push) apply(ctx context.Context, step migrate.Step, madeFor []catalog.Entry) error {
	restorePoint, err := p.engine.Push(ctx, step, madeFor)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "Pushed. Before it is migrated again: go run ./app/cmd/addreams db generate NAME%s, and then %s\n",
		p.choiceFlags.line(), p.dbSession.command("baseline"))
	if restorePoint != "" {
		fmt.Fprintf(p.out, "To undo: %s --bookmark %s\n", p.dbSession.command("restore"), restorePoint)
	}
	return nil
}
