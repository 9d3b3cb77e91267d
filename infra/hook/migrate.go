package hook

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse"
	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/release"
	"github.com/addreams/addreams/infra/review"
)

// migration applies the migrations before the Worker that needs them is uploaded; an error keeps the old Worker. In a
// preview it only reads: it reports what is pending, and refuses what an `up` would refuse. It may run at any time, because
// the database's ledger has what is done. It has its own deadline, because nothing else would end it.
type migration struct {
	ctx     *pulumi.Context
	stack   string
	account config.Account
	allow   []string // files that may be destructive
	schema  release.Schema
}

func (m migration) run(hook *pulumi.ResourceHookArgs) error {
	db, err := m.open(boundDatabase(hook.NewInputs))
	if err != nil {
		return err
	}
	engine, err := migrate.New(db, m.schema.Folder, migrate.Options{
		Rehearser: rehearse.InMemory{},
		By:        "pulumi, stack " + m.stack,
		Allow:     m.allow,
	})
	if err != nil {
		return err
	}

	if m.ctx.DryRun() {
		return explain(m.preview(engine))
	}
	return explain(m.apply(engine))
}

// open opens the database to migrate. In the preview of a first deployment it is an empty one in memory.
func (m migration) open(id string, known bool) (d1.Database, error) {
	if !known && m.ctx.DryRun() {
		return sqlite.Open(sqlite.Memory, sqlite.WithoutForeignKeys)
	}
	account, err := m.account.Reach()
	if err != nil {
		return nil, err
	}
	return d1http.New(d1http.Config{Account: account, Database: id})
}

// preview logs what an `up` would apply, one line per file, for people and for the comment on a pull request.
func (m migration) preview(engine *migrate.Engine) error {
	plan, err := engine.Plan(context.Background())
	if err != nil {
		return fmt.Errorf("read the database's migrations: %w", err)
	}
	m.log(plan.Lines()...)
	return plan.Err()
}

func (m migration) apply(engine *migrate.Engine) error {
	report, err := engine.Apply(context.Background())
	m.log(report.Lines()...)
	if point := report.RestorePoint(); point != "" {
		m.log("to undo: " + RestoreCommand(m.stack) + " --bookmark " + point)
	}
	return err
}

func (m migration) log(lines ...string) {
	for _, line := range lines {
		_ = m.ctx.Log.Info(review.MigrationLine(line), nil) // fails only if the engine has gone
	}
}

// explain adds to a refusal the setting that would allow it.
func explain(err error) error {
	var refused *migrate.Refused
	if !errors.As(err, &refused) {
		return err
	}
	for _, refusal := range refused.Refusals {
		if refusal.Kind == migrate.KindDestructive {
			err = fmt.Errorf("%w\n  pulumi config set %sallowDestructive %s", err, config.Namespace, refusal.File)
		}
	}
	return err
}

// RestoreCommand returns the command that takes a stack's database back to a restore point.
func RestoreCommand(stack string) string {
	return "go run ./app/cmd/addreams db restore --stack " + stack
}
