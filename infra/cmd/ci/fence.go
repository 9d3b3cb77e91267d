package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/infra/review"
)

// maxSummary is what one block of a job's summary may be long, in bytes; GitHub takes 1 MiB a step.
const maxSummary = 900_000

func fenceCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "fence LANGUAGE",
		Short: "Write stdin as a Markdown block of code that nothing in it can close",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			text, err := io.ReadAll(c.InOrStdin())
			if err != nil {
				return err
			}
			_, err = io.WriteString(c.OutOrStdout(), review.Fence(args[0], string(text), maxSummary))
			return err
		},
	}
}
