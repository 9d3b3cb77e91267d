// Package migrate brings a database's schema to what the migration files say: it plans, checks, applies and baselines.
// It speaks to any d1.Database in batches alone, since a batch is the only transaction that D1 has. It keeps two tables
// beside the schema: wrangler's own ledger, so that `wrangler d1 migrations list` agrees, and one that knows more. It
// must not know how a database is reached, nor link SQLite: the rehearsal of a file on a shadow comes in by an interface,
// because the Worker carries this package too.
package migrate

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"time"

	"github.com/addreams/addreams/app/d1"
)

// Engine migrates one database with one set of files.
type Engine struct {
	db      d1.Database
	files   []File
	options Options
}

// Options are what differs between those who migrate. The zero value can plan and apply files that only add.
type Options struct {
	// Shadow opens an empty database in memory, to rehearse files on. Without it effects are told from the statements'
	// first words alone, only files that add need no allowance, and Baseline and Drift can't be had.
	Shadow func() (Shadow, error)
	// Sample is how many rows at the start and at the end of a large table are copied to the shadow; 250 if 0.
	Sample int
	// Whole is how many rows a table may have to be copied as a whole. If 0, it is Sample, or 20,000 if that is 0 too.
	Whole int
	// By is recorded as the one who applied a file: "pulumi, stack prod".
	By string
	// Allow names the files, or All, that may destroy: see Risk.
	Allow []string
	// Deadline ends an Apply that takes longer; 5 minutes if 0.
	Deadline time.Duration
	// Pause is the first wait before a batch is sent again whose answer was lost, and doubles; 1 second if 0.
	Pause time.Duration
}

// wholeRows is how many rows a table may have to be copied to the shadow as a whole, unless Options say otherwise.
const wholeRows = 20_000

// All in Options.Allow lets every file destroy.
const All = "all"

// Shadow is a database to rehearse on. It enforces no foreign keys until it is told to.
type Shadow interface {
	d1.Database
	io.Closer
	// Transaction runs do in one transaction, which is kept if do returns nil.
	Transaction(ctx context.Context, do func(tx d1.Database) error) error
	// EnforceForeignKeys switches foreign keys on or off.
	EnforceForeignKeys(ctx context.Context, on bool) error
	// Watch reports the writes that statements are compiled to from now on, until it is called with nil.
	Watch(written func(Write))
}

// Write is what a statement does to rows of a table.
type Write struct {
	Table   string
	Column  string // of an update; empty for an insert or delete
	Within  string // the trigger that does it; empty for the statement itself
	Inserts bool   // and neither updates nor deletes
}

// Bookmarker is a database that can be brought back to what it was: D1's Time Travel.
type Bookmarker interface {
	// Bookmark names the database's present state.
	Bookmark(ctx context.Context) (string, error)
}

// New reads the files NNNN_what_it_does.sql of a folder. The error names files that can't be read as migrations.
func New(db d1.Database, folder fs.FS, options Options) (*Engine, error) {
	files, err := load(folder)
	if err != nil {
		return nil, err
	}
	if options.Deadline == 0 {
		options.Deadline = 5 * time.Minute
	}
	if options.Pause == 0 {
		options.Pause = time.Second
	}
	if options.Whole == 0 {
		options.Whole = cmp.Or(options.Sample, wholeRows)
	}
	if options.Sample == 0 {
		options.Sample = 250
	}
	if options.By == "" {
		options.By = "addreams"
	}
	return &Engine{db: db, files: files, options: options}, nil
}

// ErrNoShadow is the answer where a schema would have to be compared and there is nothing to build the other one on.
var ErrNoShadow = errors.New("schemas can't be compared here: use the command line, addreams db")
