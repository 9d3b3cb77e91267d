package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/app/binding"
)

// adoptScript tells whether a Worker is to be taken over that is not ours yet. Once it is, the option must go: the engine
// forgets an import that an update followed, so that the next run would import the script again in its own place, and
// delete it.
func adoptScript(ctx *pulumi.Context, s settings) (bool, error) {
	if !s.adopt.script {
		return false, nil
	}
	account, err := s.reach(ctx)
	if err != nil {
		return false, err
	}
	var bound []struct{ Name string }
	if err := quick(account).Get(context.Background(), "/workers/scripts/"+s.names.script+"/bindings", &bound); err != nil {
		return false, fmt.Errorf("addreams:adoptScript: %w", err)
	}
	ours := slices.ContainsFunc(bound, func(b struct{ Name string }) bool { return b.Name == binding.BundleDigest })
	return !ours, nil
}
