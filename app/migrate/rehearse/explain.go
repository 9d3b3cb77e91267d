package rehearse

import (
	"context"
	"errors"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/rehearse/advice"
	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/rehearse/shadow"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// explainFailure says why a statement failed. If rows are the reason, the questions that the file's schema raises are
// asked, which show how many rows are in its way.
func (t *trial) explainFailure(ctx context.Context) error {
	if len(t.refusals) > 0 {
		return nil
	}

	if strings.Contains(t.failure.message, "constraint failed") {
		if err := t.askOnEmptySchema(ctx); err != nil || len(t.refusals) > 0 {
			return err
		}
	}
	if what, instead, found := advice.ForLimit(t.failure.message); found {
		t.refuse(migrate.KindFailing, what, instead)
		return nil
	}

	t.refuse(migrate.KindFailing, t.failure.message, advice.ForStatement(t.failure.message))
	return nil
}

// explainCommitFailure does the same for the end of the transaction.
func (t *trial) explainCommitFailure(ctx context.Context, refused *d1.Error) error {
	t.failure.message = refused.Message
	if err := t.askOnEmptySchema(ctx); err != nil || len(t.refusals) > 0 {
		return err
	}
	t.refuse(migrate.KindFailing, "at its end "+refused.Message, advice.FixRows)
	return nil
}

// askOnEmptySchema runs the file on a database without rows, where nothing is in its way, and asks the questions that
// its schema raises.
func (t *trial) askOnEmptySchema(ctx context.Context) (err error) {
	empty, err := t.openEmpty(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, empty.Close()) }()

	before, line := t.rehearsal.Schema.Clone(), lineage.New(t.rehearsal.Schema)
	var effect migrate.Effect
	copies := lineage.NewCopies(t.Replica, empty, line)
	for _, statement := range t.file.Statements {
		copy, err := copies.Read(ctx, statement)
		if err != nil {
			return err
		}
		_, err = d1.Query(ctx, empty, sqltext.WithBackquotes(statement))
		var refused *d1.Error
		if errors.As(err, &refused) && !strings.Contains(refused.Message, "constraint failed") {
			return nil
		}
		if err != nil && refused == nil {
			return err
		}
		line.RecordStatement(sqltext.ActionOf(statement), before, &effect)
		if err := copies.RecordStatement(ctx, sqltext.ActionOf(statement), copy); err != nil {
			return err
		}
	}
	if t.after, err = schema.Inspect(ctx, empty); err != nil {
		return err
	}
	t.lineage, t.copies = line, copies
	return t.askQuestions(ctx, line.Survivors(before, t.after), t.failure.statement.Line, true)
}

// openEmpty opens a database with the schema before the file, and no rows.
func (t *trial) openEmpty(ctx context.Context) (*sqlite.Database, error) {
	entries, err := catalog.Read(ctx, t.DB)
	if err != nil {
		return nil, err
	}
	empty, err := shadow.Open()
	if err != nil {
		return nil, err
	}

	if err := catalog.Create(ctx, empty, entries); err != nil {
		return nil, errors.Join(err, empty.Close())
	}
	return empty, nil
}
