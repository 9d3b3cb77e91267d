package local

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/engine"
	"github.com/addreams/addreams/infra/localcloud"
)

// Orphans are resources of the account that the stack's state does not have, because the run that created them was killed
// or lost the answer.
type Orphans struct {
	Settings map[string]string // with which the next run takes database and bucket over
	script   []string          // the arguments of the import of the Worker; empty if it is no orphan
}

// None reports whether there are no orphans.
func (o Orphans) None() bool { return len(o.Settings) == 0 && len(o.script) == 0 }

// Import takes over what has no setting.
func (o Orphans) Import(ctx context.Context, pulumi *engine.Engine) error {
	if len(o.script) == 0 {
		return nil
	}
	_, err := pulumi.Quiet().Run(ctx, append(o.script, "--skip-preview")...)
	return err
}

// FindOrphans finds the orphans of a stack in an account that has nothing else.
func FindOrphans(ctx context.Context, pulumi *engine.Engine, running localcloud.Running) (Orphans, error) {
	known, err := knownTypes(ctx, pulumi)
	if err != nil {
		return Orphans{}, err
	}

	var databases []struct{ UUID string }
	var buckets struct{ Buckets []struct{ Name string } }
	var scripts []struct{ ID string }
	for path, answer := range map[string]any{"/d1/database": &databases, "/r2/buckets": &buckets, "/workers/scripts": &scripts} {
		if err := running.Account().Get(ctx, path, answer); err != nil {
			return Orphans{}, err
		}
	}

	orphans := Orphans{Settings: map[string]string{}}
	if len(databases) == 1 && !known["D1Database"] {
		orphans.Settings[config.Namespace+"adoptDatabaseId"] = databases[0].UUID
	}
	if len(buckets.Buckets) == 1 && !known["R2Bucket"] {
		orphans.Settings[config.Namespace+"adoptBucket"] = "true"
	}
	if len(scripts) == 1 && !known["WorkersScript"] {
		orphans.script = config.ImportWorker(running.ID, scripts[0].ID)
	}
	return orphans, nil
}

// knownTypes returns which types of resources the stack's state has.
func knownTypes(ctx context.Context, pulumi *engine.Engine) (map[string]bool, error) {
	exported, err := pulumi.Quiet().Run(ctx, "stack", "export")
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

// MetOrphan reports whether an `up` met something that an earlier run had created, from its output.
func MetOrphan(output string) bool { return strings.Contains(output, "already exist") }
