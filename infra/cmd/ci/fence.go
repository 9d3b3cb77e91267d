package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/infra/review"
)

// maxSummary is the most that a block of a job's summary may have, in bytes; GitHub allows 1 MiB per step.
const maxSummary = 900_000

func fenceCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "fence LANGUAGE",
		Short: "Write stdin as a Markdown code block that nothing in it can close",
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
