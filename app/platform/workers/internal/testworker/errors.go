//go:build js && wasm

package main

import (
	"context"
	"errors"
	"net"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/workers"
)

// named returns the kind of an error.
func named(err error) string {
	var (
		refused *d1.Error
		host    *workers.HostError
		network net.Error
	)
	switch {
	case errors.As(err, &refused):
		return "refused"
	case errors.Is(err, platform.ErrObjectNotFound):
		return "not found"
	case errors.Is(err, platform.ErrObjectTooLarge):
		return "too large"
	case errors.Is(err, context.DeadlineExceeded):
		if errors.As(err, &network) && network.Timeout() {
			return "timeout"
		}
		return "deadline"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, workers.ErrEnded):
		return "ended"
	case errors.As(err, &host):
		return "host"
	}

	return "other"
}
