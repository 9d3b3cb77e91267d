//go:build js && wasm

// Command worker is the API on Cloudflare Workers.
package main

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/workers"
)

func main() {
	uuid.EnableRandPool() // randomness comes from the host, so several IDs' at a time
	app := api.New(platform.Platform{
		DB:     workers.Database(binding.DB),
		Bucket: workers.Bucket(binding.Bucket),
		HTTP:   workers.Client(),
		Scrypt: workers.Scrypt,
		Spool:  workers.NewSpool,
		Notes:  workers.Notes,
		Now:    time.Now,
		Log:    workers.LogWriter,
		Env:    workers.Env,
	})
	workers.Serve(workers.Handlers{
		HTTP:      app,
		Recover:   app.Recover,
		Panicked:  app.Panicked,
		Scheduled: func(ctx context.Context, _ string, at time.Time) error { return app.Scheduled(ctx, at) },
	})
}
