package local

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// works is the kind of failure that is none.
const works = "none"

var errNotRunning = errors.New("the local Cloudflare is not running: make up")

// FailProvider makes the next calls of the provider's sandbox fail, or lists how they can.
func (s Stack) FailProvider(ctx context.Context, kind string, times int) error {
	running, found := s.cloud.Find(ctx)
	if !found {
		return errNotRunning
	}
	if kind == works {
		if err := running.RepairProvider(ctx); err != nil {
			return err
		}
		kind = ""
	}

	provider, err := running.FailProvider(ctx, kind, times)
	if err != nil {
		return err
	}
	if provider.Next == nil {
		fmt.Fprintf(s.out, "The provider works. It can fail so:\n  %s\nmake provider FAIL=<one of these> TIMES=<calls>\n", strings.Join(provider.Kinds, "\n  "))
		return nil
	}
	fmt.Fprintf(s.out, "The provider answers %s to the next calls: %d.\n", provider.Next.Kind, provider.Next.Times)
	return nil
}
