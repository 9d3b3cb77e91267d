//go:build js && wasm

package main

import (
	"context"
	"errors"
	"net"

	"github.com/addreams/addreams/app/bucket"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/edge"
)

// named tells which kind of error a handler met.
func named(err error) string {
	var (
		refused *d1.Error
		host    *edge.HostError
		network net.Error
	)
	switch {
	case errors.As(err, &refused):
		return "refused"
	case errors.Is(err, bucket.ErrNotFound):
		return "not found"
	case errors.Is(err, bucket.ErrTooLarge):
		return "too large"
	case errors.Is(err, context.DeadlineExceeded):
		if errors.As(err, &network) && network.Timeout() {
			return "timeout"
		}
		return "deadline"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, edge.ErrEnded):
		return "ended"
	case errors.As(err, &host):
		return "host"
	}
	return "other"
}
