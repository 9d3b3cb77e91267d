package stack

import (
	"context"
	"encoding/json"
	"strings"
)

// Orphans finds what a run created and could not note, because it was killed or lost the answer: resources of the account
// that the stack's state does not have, where the account has nothing but the stack. It returns the settings with which
// the next run takes them over; none if there are no orphans.
func (e *Engine) Orphans(ctx context.Context) (map[string]string, error) {
	known, err := e.known(ctx)
	if err != nil {
		return nil, err
	}
	var databases []struct{ UUID string }
	var buckets struct{ Buckets []struct{ Name string } }
	var scripts []struct{ ID string }
	for path, answer := range map[string]any{"/d1/database": &databases, "/r2/buckets": &buckets, "/workers/scripts": &scripts} {
		if err := e.cloud.Account().Get(ctx, path, answer); err != nil {
			return nil, err
		}
	}
	settings := map[string]string{}
	if len(databases) == 1 && !known["D1Database"] {
		settings["addreams:adoptDatabaseId"] = databases[0].UUID
	}
	if len(buckets.Buckets) == 1 && !known["R2Bucket"] {
		settings["addreams:adoptBucket"] = "true"
	}
	if len(scripts) == 1 && !known["WorkersScript"] {
		settings["addreams:adoptScript"] = "true"
	}
	return settings, nil
}

// known tells which types of resources the state has.
func (e *Engine) known(ctx context.Context) (map[string]bool, error) {
	exported, err := e.quiet().Run(ctx, "stack", "export")
	if err != nil {
		return nil, err
	}
	var state struct {
		Deployment struct {
			Resources []struct{ Type string }
		}
	}
	if err := json.Unmarshal([]byte(exported), &state); err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, resource := range state.Deployment.Resources {
		known[resource.Type[strings.LastIndex(resource.Type, ":")+1:]] = true
	}
	return known, nil
}

// MetOrphan tells from an up's words whether it met something that an earlier run made.
func MetOrphan(said string) bool { return strings.Contains(said, "already exist") }
