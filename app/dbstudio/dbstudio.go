// Package dbstudio serves a page on which a developer looks into a database, and may change rows if the studio was started for
// that. It owns who may reach the page, the JSON interface behind it, and the check before every write. It reads the schema from
// the database: it must not know the product's tables, which only the Hints name.
package dbstudio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
)

// Options configure a studio.
type Options struct {
	DB      d1.Database
	Name    string // of the database, for people
	Address string // host and port of the studio
	Command string // the flags that choose the database in other db commands: "--local"

	Write   bool   // whether rows may be changed
	Confirm string // what the user has to type before each change; nothing if empty

	Migrations Migrations
	Objects    Objects // nil if the objects can't be reached from here
	NoObjects  string  // the reason, as a sentence
	Hints      map[string]Kind
	CountLimit int // how many rows of a table are counted at most; 100,000 if 0
}

// Migrations plans the migrations of the database.
type Migrations interface {
	Plan(ctx context.Context) (migrate.Plan, error)
	Drift(ctx context.Context) ([]migrate.Change, error)
}

// Studio serves the page and its JSON interface for one database.
type Studio struct {
	Options
	access *access
	sealer sealer
	cache  cache
	routes *http.ServeMux
}

// countLimit is how many rows of a table are counted, unless Options say otherwise.
const countLimit = 100_000

// How long a request may keep the database busy: what D1 lets a query run, and what the plan of a migration may take.
const (
	patience  = 30 * time.Second
	rehearsal = 5 * time.Minute
)

// New returns a studio. Link returns its address, with the secret that admits the first browser.
func New(options Options) *Studio {
	if options.CountLimit == 0 {
		options.CountLimit = countLimit
	}
	s := &Studio{Options: options, access: newAccess(options.Address), sealer: newSealer()}

	s.routes = http.NewServeMux()
	s.routes.Handle("GET /api/info", answer(patience, s.info))
	s.routes.Handle("GET /api/schema", answer(patience, s.schema))
	s.routes.Handle("POST /api/counts", answer(patience, s.counts))
	s.routes.Handle("POST /api/rows", answer(patience, s.rows))
	s.routes.Handle("POST /api/row", answer(patience, s.row))
	s.routes.Handle("POST /api/changes", answer(patience, s.changes))
	s.routes.Handle("POST /api/sql", answer(patience, s.run))
	s.routes.Handle("POST /api/explain", answer(patience, s.explain))
	s.routes.Handle("GET /api/migrations", answer(rehearsal, s.migrations))
	s.routes.HandleFunc("GET /api/export", s.export)
	s.routes.HandleFunc("GET /api/object", s.object)
	s.routes.HandleFunc("GET /", servePage)

	return s
}

// Link returns the address to open, which works once.
func (s *Studio) Link() string { return "http://" + s.Address + "/?secret=" + s.access.secret }

// ServeHTTP answers the requests of the admitted browser, and refuses others.
func (s *Studio) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	protect(w.Header())
	if !s.access.admit(w, r) {
		return
	}
	s.routes.ServeHTTP(w, r)
}

// infoBody is what the page asks for first.
type infoBody struct {
	Name      string `json:"name"`
	Command   string `json:"command"`
	Write     bool   `json:"write"`
	Confirm   string `json:"confirm,omitempty"`
	Objects   bool   `json:"objects"`
	NoObjects string `json:"noObjects,omitempty"`
	Measures  bool   `json:"measures"` // the database reports rows read and written
}

func (s *Studio) info(*http.Request) (any, error) {
	_, measures := s.DB.(measurer)
	return infoBody{
		Name: s.Name, Command: s.Command, Write: s.Write, Confirm: s.Confirm,
		Objects: s.Objects != nil, NoObjects: s.NoObjects, Measures: measures,
	}, nil
}

// mayWrite returns an error if the studio was started without --write, or the change is not confirmed.
func (s *Studio) mayWrite(confirmed string) error {
	switch {
	case !s.Write:
		return &problem{http.StatusForbidden, "read-only", "This studio only reads. Start it with --write to change the database."}
	case s.Confirm != "" && confirmed != s.Confirm:
		return &problem{http.StatusForbidden, "confirm", fmt.Sprintf("Type the database's name, %s, to change it.", s.Confirm)}
	}
	return nil
}

// read runs statements that only read, in the database's read-only mode if it has one.
func (s *Studio) read(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	if reader, ok := s.DB.(reader); ok {
		return reader.Read(ctx, statements...)
	}
	return s.DB.Batch(ctx, statements...)
}

// reader is a database with a read-only mode.
type reader interface {
	Read(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error)
}

// problem is an error for the page.
type problem struct {
	status  int
	kind    string // by which the page distinguishes it
	message string
}

func (p *problem) Error() string { return p.message }

func badRequest(format string, args ...any) error {
	return &problem{http.StatusBadRequest, "request", fmt.Sprintf(format, args...)}
}

// problemOf returns an error in the form for the page.
func problemOf(err error) *problem {
	var told *problem
	var refused *d1.Error
	switch {
	case errors.As(err, &told):
		return told
	case errors.As(err, &refused):
		return &problem{http.StatusBadRequest, "sql", refused.Message}
	case errors.Is(err, context.DeadlineExceeded):
		return &problem{http.StatusGatewayTimeout, "timeout", "The database did not answer in time."}
	}
	return &problem{http.StatusBadGateway, "database", err.Error()}
}
