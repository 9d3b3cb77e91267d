//go:build !wasm

package migrate

import (
	"context"
	"errors"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

const fixRows = "Bring the rows to what the file wants of them first, in a file of its own, or in the statement that copies them."

// clarify says why a statement failed on the shadow. If that was about rows, the questions that the file's schema raises
// are asked, which tell how many rows are in its way.
func (p *performance) clarify(ctx context.Context) error {
	if len(p.refusals) > 0 {
		return nil
	}
	if strings.Contains(p.failure.message, "constraint failed") {
		if err := p.askAfterwards(ctx); err != nil || len(p.refusals) > 0 {
			return err
		}
	}
	if what, instead, found := beyond(p.failure.message); found {
		p.refuse(Failing, what, instead)
		return nil
	}
	p.refuse(Failing, p.failure.message, advice(p.failure.message))
	return nil
}

func (p *performance) clarifyEnd(ctx context.Context, refused *d1.Error) error {
	p.failure.message = refused.Message
	if err := p.askAfterwards(ctx); err != nil || len(p.refusals) > 0 {
		return err
	}
	p.refuse(Failing, "at its end "+refused.Message, fixRows)
	return nil
}

// advice is what to do about an error of SQLite.
func advice(message string) string {
	switch {
	case strings.HasSuffix(message, "already exists"):
		return "If the schema was made without this ledger, adopt it: addreams db baseline."
	case strings.HasPrefix(message, "Cannot add a column with non-constant default"), strings.HasPrefix(message, "cannot add a STORED column"),
		strings.HasPrefix(message, "Cannot add a REFERENCES column"), strings.HasPrefix(message, "Cannot add a NOT NULL column"):
		return "The table has rows. Add the column without that and fill it with an UPDATE, or make the table anew with it: " +
			"create, copy, drop, rename."
	case strings.HasPrefix(message, "error in view "), strings.HasPrefix(message, "error in trigger "):
		what, _, _ := strings.Cut(strings.TrimPrefix(message, "error in "), ":")
		return "Drop the " + what + " before that, and create it again at the end of the file."
	case strings.Contains(message, "constraint failed"):
		return fixRows
	}
	return "Correct the statement; nothing was sent."
}

// askAfterwards brings a shadow without rows to the file's schema, where nothing is in its way, and asks what follows
// from it.
func (p *performance) askAfterwards(ctx context.Context) (err error) {
	empty, err := p.empty(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, empty.Close()) }()

	before, line := p.rehearsal.now.clone(), newLineage(p.rehearsal.now)
	var effect Effect
	copies := p.copyings(empty, line)
	for _, statement := range p.file.Statements {
		copy, err := copies.read(ctx, statement)
		if err != nil {
			return err
		}
		_, err = d1.Query(ctx, empty, strict(statement))
		var refused *d1.Error
		if errors.As(err, &refused) && !strings.Contains(refused.Message, "constraint failed") {
			return nil
		}
		if err != nil && refused == nil {
			return err
		}
		line.follow(actionOf(statement), before, &effect)
		if err := copies.follow(ctx, actionOf(statement), copy); err != nil {
			return err
		}
	}
	if p.now, err = inspect(ctx, empty); err != nil {
		return err
	}
	p.line, p.copies = line, copies
	return p.ask(ctx, line.survivors(before, p.now), p.failure.statement.Line, true)
}

// empty opens a shadow with the schema before the file, and no rows.
func (p *performance) empty(ctx context.Context) (Shadow, error) {
	found, err := p.shadow.Batch(ctx, d1.SQL(selectObjects), d1.SQL(selectShadows))
	if err != nil {
		return nil, err
	}
	var objects []object
	for _, object := range withoutShadows(readObjects(found[0]), found[1]) {
		if object.ours() {
			objects = append(objects, object)
		}
	}
	shadow, err := p.open()
	if err != nil {
		return nil, err
	}
	if err := copyInto(ctx, shadow, objects); err != nil {
		return nil, errors.Join(err, shadow.Close())
	}
	return shadow, nil
}
