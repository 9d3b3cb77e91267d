package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
)

type script struct {
	AccountID          string        `json:"accountId"`
	Name               string        `json:"name"`
	Content            string        `json:"content"`
	Module             bool          `json:"module,omitempty"`
	CompatibilityDate  string        `json:"compatibilityDate,omitempty"`
	CompatibilityFlags []string      `json:"compatibilityFlags,omitempty"`
	Logpush            bool          `json:"logpush,omitempty"`
	Tags               []string      `json:"tags,omitempty"`
	Placements         []placement   `json:"placements,omitempty"`
	Databases          []databaseTie `json:"d1DatabaseBindings,omitempty"`
	Buckets            []bucketTie   `json:"r2BucketBindings,omitempty"`
	PlainTexts         []textTie     `json:"plainTextBindings,omitempty"`
	SecretTexts        []textTie     `json:"secretTextBindings,omitempty"`
	Services           []serviceTie  `json:"serviceBindings,omitempty"`
}

type placement struct {
	Mode string `json:"mode"`
}

func (s script) path() string { return "/accounts/" + s.AccountID + "/workers/scripts/" + s.Name }

// scriptKind is WorkersScript. Its ID is its name. The API returns only content and bindings: the rest, and the values of
// secrets, come from the state.
func scriptKind(api *client) kind {
	return typed[script]{
		fields{
			"accountId":          {required: true},
			"name":               {required: true, replaces: true},
			"content":            {required: true},
			"module":             {},
			"compatibilityDate":  {},
			"compatibilityFlags": {set: true},
			"logpush":            {},
			"tags":               {set: true},
			"placements":         {set: true},
			"d1DatabaseBindings": {set: true},
			"r2BucketBindings":   {set: true},
			"plainTextBindings":  {set: true},
			"secretTextBindings": {set: true},
			"serviceBindings":    {set: true},
		},
		operations[script]{
			create: func(ctx context.Context, s script) (string, script, error) {
				// Any failure of this lookup counts as "not there".
				if found, err := api.send(ctx, "GET", s.path(), payload{contentType: jsonType}); err == nil && len(found.content) > 0 {
					return "", s, fmt.Errorf("script already exists: %s. Import it as %s/%s", s.Name, s.AccountID, s.Name)
				}
				return s.Name, s, upload(ctx, api, s)
			},
			read: func(ctx context.Context, id string, old script) (string, script, error) {
				account, name, err := locate(old.AccountID, id)
				if err != nil {
					return "", old, err
				}

				found := old
				found.AccountID, found.Name = account, name
				reply, err := api.send(ctx, "GET", found.path(), payload{contentType: jsonType})
				if isNotFound(err) {
					return "", old, nil
				}
				if err != nil {
					return "", old, fmt.Errorf("cannot read script %s: %w", name, err)
				}
				if found.Content, err = firstPart(reply); err != nil {
					return "", old, fmt.Errorf("cannot read the content of script %s: %w", name, err)
				}
				var bindings []binding
				if err := api.call(ctx, "GET", found.path()+"/bindings", nil, &bindings); err != nil {
					return "", old, fmt.Errorf("cannot list the bindings of script %s: %w", name, err)
				}
				return name, found.withBindings(bindings), nil
			},
			update: func(ctx context.Context, _ string, _, s script) (script, error) { return s, upload(ctx, api, s) },
			delete: func(ctx context.Context, _ string, old script) error {
				err := api.call(ctx, "DELETE", old.path(), nil, &struct{}{})
				if isNotFound(err) {
					return nil
				}
				return err
			},
		},
	}
}

// firstPart returns the script in an answer: the first part of a form, or the whole body.
func firstPart(reply answer) (string, error) {
	media, params, err := mime.ParseMediaType(reply.contentType)
	if err != nil || media != "multipart/form-data" {
		return string(reply.content), nil
	}
	part, err := multipart.NewReader(bytes.NewReader(reply.content), params["boundary"]).NextPart()
	if err != nil {
		return "", err
	}
	content, err := io.ReadAll(part)
	return string(content), err
}
