package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

type database struct {
	AccountID string `json:"accountId"`
	Name      string `json:"name"`
	Version   string `json:"version,omitempty"`
}

// databaseKind is D1Database. Its ID is the database's UUID. Nothing about it can be changed in place.
func databaseKind(api *client) kind {
	type reply struct{ UUID, Name, Version string }
	return typed[database]{
		fields{
			"accountId": {required: true, replaces: true},
			"name":      {required: true, replaces: true},
			"version":   {computed: true},
		},
		operations[database]{
			create: func(ctx context.Context, d database) (string, database, error) {
				var made reply
				path := "/accounts/" + d.AccountID + "/d1/database"
				if err := api.call(ctx, "POST", path, map[string]string{"name": d.Name}, &made); err != nil {
					return "", d, fmt.Errorf("failed to create D1 database: %w", err)
				}
				return made.UUID, database{d.AccountID, made.Name, made.Version}, nil
			},
			read: func(ctx context.Context, id string, old database) (string, database, error) {
				account, id, err := locate(old.AccountID, id)
				if err != nil {
					return "", old, err
				}
				var found reply
				if err := api.call(ctx, "GET", "/accounts/"+account+"/d1/database/"+id, nil, &found); err != nil {
					return "", old, fmt.Errorf("failed to read D1 database: %w", err)
				}
				return id, database{account, found.Name, found.Version}, nil
			},
			delete: func(ctx context.Context, id string, old database) error {
				return api.call(ctx, "DELETE", "/accounts/"+old.AccountID+"/d1/database/"+id, nil, nil)
			},
		},
	}
}

// locate returns the owner (account or zone) and the ID of the resource to read. The state has the owner; for an import, the
// user gives both as "<owner>/<id>".
func locate(owner, id string) (string, string, error) {
	if owner != "" {
		return owner, id, nil
	}
	owner, id, ok := strings.Cut(id, "/")
	if !ok || owner == "" || id == "" {
		return "", "", errors.New("invalid import id: it must be <account or zone>/<id>")
	}
	return owner, id, nil
}
