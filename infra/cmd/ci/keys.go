package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/infra/engine"
	"github.com/addreams/addreams/infra/names"
)

func keysCommand() *cobra.Command {
	var folder, listed string
	command := &cobra.Command{
		Use:   "keys STACK",
		Short: "Fail if what decrypts a stack's secrets here, PULUMI_CONFIG_PASSPHRASE or a key service, decrypts another stack's too, or if its state has another stack",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			stacks, err := engine.ReadStacks(folder)
			if err != nil {
				return err
			}

			opens := func(file engine.File) bool { return file.OpensWith(os.Getenv("PULUMI_CONFIG_PASSPHRASE")) }
			if err := checkKeys(args[0], stacks, opens); err != nil {
				return err
			}
			if err := checkState(args[0], listed); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s: its secrets have their own key\n", args[0])
			return nil
		},
	}

	command.Flags().StringVar(&folder, "folder", ".", "where the files of the stacks are")
	command.Flags().StringVar(&listed, "listed", "", "a file with what `pulumi stack ls --json` prints")
	return command
}

// checkKeys compares by value: it tries what this environment has on every other stack's file.
func checkKeys(name string, stacks map[string]engine.File, opens func(engine.File) bool) error {
	own, known := stacks[name]
	if !known {
		own = engine.NoFile
	}
	if own.EncryptionSalt != "" && !opens(own) {
		return fmt.Errorf("PULUMI_CONFIG_PASSPHRASE does not open Pulumi.%s.yaml: it is another environment's", name)
	}
	if own.Encrypts() && own.EncryptionSalt == "" && own.SecretsProvider == "" {
		return fmt.Errorf("the file Pulumi.%s.yaml has no secrets provider of its own: anyone who may read one stack in Pulumi Cloud can read all\n"+
			"  pulumi stack change-secrets-provider passphrase --stack %[1]s", name)
	}

	var shared []error
	for _, other := range slices.Sorted(maps.Keys(stacks)) {
		theirs := stacks[other]
		if other != name && (opens(theirs) || own.SecretsProvider != "" && own.SecretsProvider == theirs.SecretsProvider) {
			shared = append(shared, fmt.Errorf("what opens the secrets of %s opens those of %s: give %[2]s its own key\n"+
				"  pulumi stack change-secrets-provider passphrase --stack %[2]s", name, other))
		}
	}
	return errors.Join(shared...)
}

// checkState refuses a state that has another environment's stack: anyone who may write the state can replace what the
// other deploys. The stacks of pull requests are one environment.
func checkState(name, listed string) error {
	if listed == "" {
		return nil
	}
	stacks, err := read(listed, func(from io.Reader) (stacks []struct{ Name string }, err error) {
		return stacks, json.NewDecoder(from).Decode(&stacks)
	})
	if err != nil {
		return err
	}

	for _, other := range stacks {
		short := other.Name[strings.LastIndex(other.Name, "/")+1:]
		if short != name && !(names.IsPullRequest(short) && names.IsPullRequest(name)) {
			return fmt.Errorf("the state of %s holds stack %s too: give each environment a PULUMI_BACKEND_URL, or an organisation, of its own", name, short)
		}
	}
	return nil
}
