package main

import (
	"context"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// detailed marks a difference as one told property by property. The server of sdk 3.220 leaves the mark out, and the
// engine would then show that a resource changes, but not what of it.
type detailed struct{ pulumirpc.ResourceProviderServer }

func (d detailed) Diff(ctx context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	response, err := d.ResourceProviderServer.Diff(ctx, request)
	if err != nil {
		return nil, err
	}
	response.HasDetailedDiff = len(response.DetailedDiff) > 0
	return response, nil
}
