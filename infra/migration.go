package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse"
)

// migrateHook applies the migrations before the Worker that needs them is uploaded; an error keeps the old Worker. In a
// preview it reads alone, reports what is pending and vetoes what would be refused. It may run again at any time: the
// engine's ledger knows what is done, and its deadline ends it, since nothing else would.
func migrateHook(ctx *pulumi.Context, s settings, wanted schema) pulumi.ResourceHookFunction {
	return func(hook *pulumi.ResourceHookArgs) error {
		id, known := boundDatabase(hook.NewInputs)
		db, err := s.migrated(ctx, id, known)
		if err != nil {
			return err
		}
		engine, err := migrate.New(db, wanted.folder, migrate.Options{
			Rehearser: rehearse.InMemory{},
			By:        "pulumi, stack " + s.stack,
			Allow:     list(s.allowDestructive),
		})
		if err != nil {
			return err
		}
		if ctx.DryRun() {
			return advise(preview(ctx, engine))
		}
		return advise(apply(ctx, engine, s))
	}
}

// migrated is the database to be migrated; an empty one in memory stands for one that is not created yet.
func (s settings) migrated(ctx *pulumi.Context, id string, known bool) (d1.Database, error) {
	if !known && ctx.DryRun() {
		return sqlite.Open(sqlite.Memory, sqlite.WithoutForeignKeys)
	}
	account, err := s.reach(ctx)
	if err != nil {
		return nil, err
	}
	return d1http.New(d1http.Config{Account: account, Database: id})
}

// preview says what an up would apply, a line a file, for people and for the comment on a pull request.
func preview(ctx *pulumi.Context, engine *migrate.Engine) error {
	plan, err := engine.Plan(context.Background())
	if err != nil {
		return fmt.Errorf("read the database's migrations: %w", err)
	}
	say(ctx, plan.Lines())
	return plan.Err()
}

func apply(ctx *pulumi.Context, engine *migrate.Engine, s settings) error {
	report, err := engine.Apply(context.Background())
	say(ctx, report.Lines())
	if point := report.RestorePoint(); point != "" {
		say(ctx, []string{"to undo: " + restoreCommand(s.stack) + " --bookmark " + point})
	}
	return err
}

// advise adds to a refusal the setting that would allow it.
func advise(err error) error {
	var refused *migrate.Refused
	if !errors.As(err, &refused) {
		return err
	}
	for _, refusal := range refused.Refusals {
		if refusal.Kind == migrate.KindDestructive {
			err = fmt.Errorf("%w\n  pulumi config set %sallowDestructive %s", err, namespace, refusal.File)
		}
	}
	return err
}

// restoreCommand brings a stack's database back to a restore point.
func restoreCommand(stack string) string {
	return "go run ./app/cmd/addreams db restore --stack " + stack
}

// migrationMark begins every line that the migrations say; package review finds them by it.
const migrationMark = "migrations: "

func say(ctx *pulumi.Context, lines []string) {
	for _, line := range lines {
		_ = ctx.Log.Info(migrationMark+strings.TrimSpace(line), nil) // an engine that is gone hears nothing
	}
}
