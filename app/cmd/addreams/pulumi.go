package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// errUnset is the error of a setting that a stack does not have.
var errUnset = errors.New("the stack has no such setting")

// pulumi asks the installed CLI, or else the one that make has built, about a stack, and returns its output.
func pulumi(ctx context.Context, stack string, args ...string) (string, error) {
	program := "pulumi"
	if _, err := exec.LookPath(program); err != nil {
		program = filepath.Join(".local", "tools", "bin", "pulumi")
	}

	output, err := exec.CommandContext(ctx, program, append(args, "--stack", stack)...).Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return "", unanswered(stack, strings.TrimSpace(string(failed.Stderr)))
	}
	if err != nil {
		return "", fmt.Errorf("the stack %s is known to Pulumi alone, which can't be run: install it, or run make up once", stack)
	}
	return strings.TrimSpace(string(output)), nil
}

// unanswered says in words why Pulumi did not answer.
func unanswered(stack, said string) error {
	said = strings.TrimPrefix(said, "error: ")
	switch {
	case strings.HasPrefix(said, "no stack named "):
		return fmt.Errorf("there is no stack %s: pulumi stack ls lists those that there are", stack)
	case strings.HasPrefix(said, "configuration key "):
		return fmt.Errorf("%w: %s", errUnset, said)
	case strings.Contains(said, "does not have output property"):
		return fmt.Errorf("the stack %s has no database yet: pulumi up --stack %[1]s makes it", stack)
	}
	return fmt.Errorf("pulumi can't answer about the stack %s: %s", stack, said)
}
