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
func (p *trial) explainFailure(ctx context.Context) error {
	if len(p.refusals) > 0 {
		return nil
	}

	if strings.Contains(p.failure.message, "constraint failed") {
		if err := p.askOnEmptySchema(ctx); err != nil || len(p.refusals) > 0 {
			return err
		}
	}
	if what, instead, found := advice.ForLimit(p.failure.message); found {
		p.refuse(migrate.KindFailing, what, instead)
		return nil
	}

	p.refuse(migrate.KindFailing, p.failure.message, advice.ForStatement(p.failure.message))
	return nil
}

// explainCommitFailure does the same for the end of the transaction.
func (p *trial) explainCommitFailure(ctx context.Context, refused *d1.Error) error {
	p.failure.message = refused.Message
	if err := p.askOnEmptySchema(ctx); err != nil || len(p.refusals) > 0 {
		return err
	}
	p.refuse(migrate.KindFailing, "at its end "+refused.Message, advice.FixRows)
	return nil
}

// askOnEmptySchema runs the file on a database without rows, where nothing is in its way, and asks the questions that
// its schema raises.
func (p *trial) askOnEmptySchema(ctx context.Context) (err error) {
	empty, err := p.openEmpty(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, empty.Close()) }()

	before, line := p.rehearsal.Schema.Clone(), lineage.New(p.rehearsal.Schema)
	var effect migrate.Effect
	copies := lineage.NewCopies(p.Replica, empty, line)
	for _, statement := range p.file.Statements {
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
	if p.after, err = schema.Inspect(ctx, empty); err != nil {
		return err
	}
	p.lineage, p.copies = line, copies
	return p.askQuestions(ctx, line.Survivors(before, p.after), p.failure.statement.Line, true)
}

// openEmpty opens a database with the schema before the file, and no rows.
func (p *trial) openEmpty(ctx context.Context) (*sqlite.Database, error) {
	entries, err := catalog.Read(ctx, p.DB)
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
