// Package d1http is a d1.Database over Cloudflare's HTTP API, for deployments and the command line. It owns the format of
// requests and responses, and decides which batches may be sent again. It knows nothing of its callers.
//
// A batch whose statements have no arguments is sent as one `sql` text: the API promises that several statements "will be
// executed as a batch", and wrangler applies migrations that way. A batch with arguments has the form `batch`, one object per
// statement. Both go to /raw, because /query returns objects, which do not keep the order of columns.
// See https://developers.cloudflare.com/api/resources/d1/subresources/database/methods/raw/.
package d1http

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/app/d1"
)

// Config names a database and its account.
type Config struct {
	cloudflare.Account        // its token needs the permission D1:Edit
	Database           string // its ID, a UUID
}

// Database is one D1 database.
type Database struct{ config Config }

// New returns a database, without sending anything. An error names what the configuration lacks.
func New(config Config) (*Database, error) {
	if config.Database == "" {
		return nil, needed("the database's ID")
	}
	return open(config)
}

func open(config Config) (*Database, error) {
	switch {
	case config.ID == "":
		return nil, needed("the account's ID")
	case config.Token == "":
		return nil, needed("an API token")
	case config.API == "":
		return nil, needed("the API's address")
	}
	return &Database{config}, nil
}

func needed(what string) error { return fmt.Errorf("to reach D1 over HTTP, %s is needed", what) }

// Batch runs the statements as one transaction. After an error that is neither a *d1.Error nor a *cloudflare.Error that is
// Final, it is unknown whether they ran.
func (db *Database) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	if len(statements) == 0 {
		return nil, nil
	}
	body, err := encode(statements)
	if err != nil {
		return nil, err
	}

	var answers []rawResult
	request := cloudflare.Request{Method: http.MethodPost, Path: "/raw", Body: body, Repeatable: readOnly(statements)}
	if err := db.do(ctx, request, &answers); err != nil {
		return nil, err
	}
	return decode(answers, len(statements))
}

// Bookmark returns the Time Travel bookmark of the database's present state.
func (db *Database) Bookmark(ctx context.Context) (string, error) {
	var answer struct {
		Bookmark string `json:"bookmark"`
	}
	err := db.do(ctx, cloudflare.Request{Method: http.MethodGet, Path: "/time_travel/bookmark", Repeatable: true}, &answer)
	if err == nil && answer.Bookmark == "" {
		err = errors.New("the answer has no bookmark")
	}
	return answer.Bookmark, err
}

// Restored is the result of a restore.
type Restored struct {
	Bookmark string `json:"bookmark"`          // the state that the database has now
	Previous string `json:"previous_bookmark"` // the one it had, to undo the restore
}

// Restore returns the database to its state at a bookmark. What was written since is lost, unless the previous bookmark is
// restored.
func (db *Database) Restore(ctx context.Context, bookmark string) (Restored, error) {
	var restored Restored
	path := "/time_travel/restore?" + url.Values{"bookmark": {bookmark}}.Encode()
	err := db.do(ctx, cloudflare.Request{Method: http.MethodPost, Path: path}, &restored)
	return restored, err
}

// Find returns the ID of the account's database with the name. The configuration needs no database.
func Find(ctx context.Context, config Config, name string) (string, error) {
	db, err := open(config)
	if err != nil {
		return "", err
	}

	var found []struct {
		UUID string `json:"uuid"`
		Name string `json:"name"`
	}
	request := cloudflare.Request{Method: http.MethodGet, Path: "?" + url.Values{"name": {name}}.Encode(), Repeatable: true}
	if err := db.do(ctx, request, &found); err != nil {
		return "", err
	}
	for _, database := range found {
		if database.Name == name {
			return database.UUID, nil
		}
	}

	return "", fmt.Errorf("the account has no database named %s", name)
}

// do sends a request whose path is relative to the database or, if there is none, to the account's databases.
func (db *Database) do(ctx context.Context, request cloudflare.Request, result any) error {
	place := "/d1/database"
	if db.config.Database != "" {
		place += "/" + url.PathEscape(db.config.Database)
	}
	request.Path, request.Refused = place+request.Path, refused
	return db.config.Do(ctx, request, result)
}
