// Package migrate brings a database's schema to what the migration files say: it plans, checks, applies and baselines.
// It speaks to any d1.Database in batches alone, since a batch is the only transaction that D1 has. It keeps two tables
// beside the schema: wrangler's own ledger, so that `wrangler d1 migrations list` agrees, and one that knows more. It
// must not know how a database is reached, nor link SQLite: the rehearsal of a file on a shadow comes in by an interface,
// because the Worker carries this package too.
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

// Options are what differs between those who migrate. The zero value can plan and apply files that only add.
type Options struct {
	// Rehearser tries files before they are applied. Without it an effect is estimated from the statements' first words,
	// only files that add need no allowance, and Baseline and Drift return ErrNoRehearser.
	Rehearser Rehearser
	// By is recorded as the one who applied a file: "pulumi, stack prod".
	By string
	// Allow names the files, or All, that may destroy: see Risk.
	Allow []string
	// Deadline ends an Apply that takes longer; 5 minutes if 0.
	Deadline time.Duration
	// Pause is the first wait before a batch is sent again whose answer was lost, and doubles; 1 second if 0.
	Pause time.Duration
}

// All in Options.Allow lets every file destroy.
const All = "all"

// Rehearser knows what files do before they are applied. It needs SQLite, so the Worker has none.
type Rehearser interface {
	// Rehearse runs the plan's pending files on a copy of the target, whose schema is given, up to the first that fails. It
	// sets the files' effects and adds to the plan's refusals. The target is only read.
	Rehearse(ctx context.Context, target d1.Database, entries []catalog.Entry, plan *Plan) error
	// Compare lists what makes the schema of the files into that of the entries; nothing if they are equal.
	Compare(ctx context.Context, files []script.File, entries []catalog.Entry) ([]Change, error)
}

// Bookmarker is a database that can be brought back to what it was: D1's Time Travel.
type Bookmarker interface {
	// Bookmark names the database's present state.
	Bookmark(ctx context.Context) (string, error)
}

// New reads the files NNNN_what_it_does.sql of a folder. The error names files that can't be read as migrations.
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
