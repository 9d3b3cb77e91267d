//go:build js && wasm

// Command worker is the API on Cloudflare Workers.
package main

import (
	"context"
	"time"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/edge"
)

func main() {
	app := api.New(api.Platform{
		DB:     edge.Database(binding.DB),
		Bucket: edge.Bucket(binding.Bucket),
		HTTP:   edge.Client(),
		Scrypt: edge.Scrypt,
		Spool:  edge.NewSpool,
		Notes:  edge.Notes,
		Now:    time.Now,
		Log:    edge.LogWriter,
		Env:    edge.Env,
	})
	edge.Serve(edge.Handlers{
		HTTP:      app,
		Recover:   app.Recover,
		Scheduled: func(ctx context.Context, _ string, at time.Time) error { return app.Scheduled(ctx, at) },
	})
}
