// Package migrate brings a database's schema to what the migration files say: it plans, checks, applies and baselines.
// It talks to a d1.Database in batches only, because a batch is the only transaction that D1 has. It keeps two tables
// beside the schema: wrangler's own ledger, so that `wrangler d1 migrations list` agrees, and one with more detail. It
// must not know how a database is reached, nor link SQLite, because the Worker carries it: rehearsals come in through
// Rehearser.
package migrate

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/script"
)

// Engine migrates one database with one set of files.
type Engine struct {
	db      d1.Database
	files   []script.File
	options Options
}

// Options are the settings of an Engine. The zero value can plan, and apply files that only add.
type Options struct {
	// Rehearser tries files before they are applied. Without one, effects are estimated from the statements' first words,
	// every file that does more than add needs an allowance, and Baseline and Drift return ErrNoRehearser.
	Rehearser Rehearser
	// By is recorded with each applied file: "pulumi, stack prod".
	By string
	// Allow names the files that may destroy (see Risk), or is All.
	Allow []string
	// Deadline limits how long an Apply may take; 5 minutes if 0.
	Deadline time.Duration
	// Pause is the wait before the first retry of a batch whose answer was lost. It doubles each time; 1 second if 0.
	Pause time.Duration
}

// All in Options.Allow allows every file to destroy.
const All = "all"

// Rehearser tries files before they are applied. It needs SQLite, so the Worker has none.
type Rehearser interface {
	// Rehearse runs the plan's pending files on a copy of the target, whose schema is given, and stops at the first that
	// fails. It sets the files' effects and adds to the plan's refusals. It only reads from the target.
	Rehearse(ctx context.Context, target d1.Database, entries []catalog.Entry, plan *Plan) error
	// Compare returns the changes from the schema that the files make to the schema of the entries; none if they are equal.
	Compare(ctx context.Context, files []script.File, entries []catalog.Entry) ([]Change, error)
}

// Bookmarker is a database that can be restored to an earlier state: D1's Time Travel.
type Bookmarker interface {
	// Bookmark returns a name for the database's present state.
	Bookmark(ctx context.Context) (string, error)
}

// New reads a folder's files NNNN_what_it_does.sql. The error names the files that can't be read as migrations.
func New(db d1.Database, folder fs.FS, options Options) (*Engine, error) {
	files, err := script.Load(folder)
	if err != nil {
		return nil, err
	}

	if options.Deadline == 0 {
		options.Deadline = 5 * time.Minute
	}
	if options.Pause == 0 {
		options.Pause = time.Second
	}
	if options.By == "" {
		options.By = "addreams"
	}
	return &Engine{db: db, files: files, options: options}, nil
}

// ErrNoRehearser is returned where schemas would have to be compared and there is no Rehearser.
var ErrNoRehearser = errors.New("schemas can't be compared here: use the command line, addreams db")
