package main

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/infra/engine"
)

func rehearseCommand() *cobra.Command {
	var base string
	command := &cobra.Command{
		Use:   "rehearse STACK",
		Short: "Print what `pulumi preview --json` says of this checkout over another, on a local Cloudflare, without account, state or secret",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			dir, err := os.MkdirTemp("", "rehearsal-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)

			rehearsal, err := newRehearsal(c.Context(), base, c.ErrOrStderr())
			if err != nil {
				return err
			}
			rehearsal.Stack, rehearsal.Dir = args[0], dir
			preview, err := rehearsal.Preview(c.Context())
			if err != nil {
				return err
			}
			_, err = c.OutOrStdout().Write(preview)
			return err
		},
	}

	command.Flags().StringVar(&base, "base", "base", "a checkout of the base to compare with, with its bundle")
	return command
}

// newRehearsal returns the rehearsal of the checkout in the working directory over the one in base. It builds what both need.
func newRehearsal(ctx context.Context, base string, out io.Writer) (engine.Rehearsal, error) {
	here, err := os.Getwd()
	if err != nil {
		return engine.Rehearsal{}, err
	}
	if base, err = filepath.Abs(base); err != nil {
		return engine.Rehearsal{}, err
	}

	change, err := engine.BuildTools(ctx, here, out)
	if err != nil {
		return engine.Rehearsal{}, err
	}
	before, err := change.At(ctx, base, out)
	return engine.Rehearsal{Base: before, Change: change, Local: here, Out: out}, err
}
