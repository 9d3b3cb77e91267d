package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/infra/github"
)

func commentCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "comment PULL TOPIC",
		Short: "Write stdin as the one comment of its topic on a pull request",
		Args:  cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			pull, err := strconv.Atoi(args[0])
			if err != nil {
				return fmt.Errorf("%q is not the number of a pull request", args[0])
			}
			repository, text, err := writing(c.InOrStdin())
			if err != nil {
				return err
			}
			return repository.Comment(c.Context(), pull, args[1], text)
		},
	}
}

func reportCommand() *cobra.Command {
	var label string
	command := &cobra.Command{
		Use:   "report TITLE",
		Short: "Write stdin as the one open issue of its title, or close the issue if stdin is empty",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			repository, text, err := writing(c.InOrStdin())
			if err != nil {
				return err
			}
			return repository.Report(c.Context(), label, args[0], text)
		},
	}

	command.Flags().StringVar(&label, "label", "drift", "the issue's label")
	return command
}

// writing returns the repository to write to, from the variables that GitHub sets, and the text.
func writing(from io.Reader) (github.Repository, string, error) {
	repository := github.Repository{API: os.Getenv("GITHUB_API_URL"), Name: os.Getenv("GITHUB_REPOSITORY"), Token: os.Getenv("GITHUB_TOKEN")}
	if repository.API == "" || repository.Name == "" || repository.Token == "" {
		return repository, "", errors.New("set GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN")
	}
	text, err := io.ReadAll(from)
	return repository, strings.TrimSpace(string(text)), err
}
