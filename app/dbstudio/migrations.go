package dbstudio

import (
	"net/http"

	"github.com/addreams/addreams/app/migrate"
)

type migrationsBody struct {
	migrate.Plan
	Drift      []migrate.Change `json:"drift"`
	DriftError string           `json:"driftError,omitempty"`
	Commands   commandsBody     `json:"commands"`
}

// commandsBody holds commands to copy: the studio itself neither migrates nor restores.
type commandsBody struct {
	Plan    string `json:"plan"`
	Migrate string `json:"migrate"`
	Restore string `json:"restore"` // to be followed by a bookmark
}

// migrations plans the pending files. Planning rehearses them, which takes longer than other requests.
func (s *Studio) migrations(r *http.Request) (any, error) {
	plan, err := s.Migrations.Plan(r.Context())
	if err != nil {
		return nil, err
	}

	command := "go run ./app/cmd/addreams db "
	body := migrationsBody{Plan: plan, Drift: []migrate.Change{}, Commands: commandsBody{
		Plan: command + "plan " + s.Command, Migrate: command + "migrate " + s.Command,
		Restore: command + "restore " + s.Command + " --bookmark ",
	}}
	drift, err := s.Migrations.Drift(r.Context())
	if err != nil {
		body.DriftError = problemOf(err).message
		return body, nil
	}
	body.Drift = append(body.Drift, drift...)
	return body, nil
}
