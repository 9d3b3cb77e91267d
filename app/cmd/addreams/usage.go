package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// What is wrong with a command line is said in sentences, with what to type instead.

// exclusive lets only one of these flags be given to the command and to those below it.
func exclusive(command *cobra.Command, flags ...string) {
	if command.Annotations == nil {
		command.Annotations = map[string]string{}
	}
	command.Annotations[strings.Join(flags, " ")] = exclusiveFlags
}

const exclusiveFlags = "flags of which one can be given"

// checkUsage makes a command and those below it check their flags and arguments.
func checkUsage(command *cobra.Command) {
	accepts := command.Args
	command.Args = func(command *cobra.Command, args []string) error {
		if err := checkExclusive(command); err != nil {
			return err
		}
		if accepts == nil || accepts(command, args) == nil {
			return nil
		}
		return usageError(command, args)
	}
	for _, below := range command.Commands() {
		checkUsage(below)
	}
}

// checkExclusive fails if flags are given that exclude each other.
func checkExclusive(command *cobra.Command) error {
	for at := command; at != nil; at = at.Parent() {
		for names, what := range at.Annotations {
			var given []string
			for name := range strings.FieldsSeq(names) {
				if flag := command.Flag(name); what == exclusiveFlags && flag != nil && flag.Changed {
					given = append(given, "--"+name)
				}
			}
			if len(given) > 1 {
				return fmt.Errorf("%s exclude each other: leave all but one out", strings.Join(given, " and "))
			}
		}
	}
	return nil
}

// usageError says which arguments a command takes.
func usageError(command *cobra.Command, args []string) error {
	path, given := command.CommandPath(), strings.Join(args, " and ")
	_, takes, _ := strings.Cut(command.Use, " ")
	switch {
	case command.HasSubCommands():
		similar := ""
		if names := command.SuggestionsFor(args[0]); len(names) > 0 {
			similar = fmt.Sprintf("did you mean %s %s? ", path, strings.Join(names, " or "))
		}
		return fmt.Errorf("there is no command %s %s: %s%[1]s --help lists the commands", path, args[0], similar)
	case takes == "":
		return fmt.Errorf("%s takes flags only, and %s is none: %[1]s --help lists them", path, given)
	case len(args) == 0:
		return fmt.Errorf("something is missing: type %s %s; %[1]s --help explains it", path, takes)
	}
	return fmt.Errorf("%s are %d arguments: type %s %s; %[3]s --help explains it", given, len(args), path, takes)
}
