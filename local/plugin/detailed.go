package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// detailed reports a difference as the genuine plugin does: property by property, with the properties by name. The server of
// sdk 3.220 does not set HasDetailedDiff, and gives paths instead of names, so the engine would show that a resource changes
// but not which of its properties.
type detailed struct {
	pulumirpc.ResourceProviderServer
}

func (d detailed) Diff(ctx context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	response, err := d.ResourceProviderServer.Diff(ctx, request)
	if err != nil {
		return nil, err
	}
	response.HasDetailedDiff = len(response.DetailedDiff) > 0
	names := map[string]bool{}
	for _, path := range response.Diffs {
		name, _, _ := strings.Cut(path, "[")
		names[name] = true
	}
	response.Diffs = slices.Sorted(maps.Keys(names))
	return response, nil
}
