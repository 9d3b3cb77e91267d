package engine

import (
	"context"
	"io"
	"maps"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// Configure writes the engine's project: the committed Pulumi.yaml with the compiled program in it, and the committed
// settings of the stack, overridden by more, by full key ("addreams:publicUrl"). It creates the stack if necessary.
func (e *Engine) Configure(ctx context.Context, more map[string]string) error {
	stacks, err := ReadStacks(e.tools.root)
	if err != nil {
		return err
	}
	committed, found := stacks[e.stack]
	if !found {
		committed = NoFile
	}
	return e.ConfigureWith(ctx, committed, more)
}

// ConfigureWith is Configure with other settings instead of the committed ones.
func (e *Engine) ConfigureWith(ctx context.Context, committed File, more map[string]string) error {
	project, err := workspace.LoadProject(filepath.Join(e.tools.root, "Pulumi.yaml"))
	if err != nil {
		return err
	}

	project.Main = filepath.Join(e.tools.root, project.Main)
	project.Runtime.SetOption("binary", e.tools.Program)
	if err := project.Save(filepath.Join(e.project(), "Pulumi.yaml")); err != nil {
		return err
	}

	if !e.Exists() {
		if _, err := e.Run(ctx, "stack", "init", e.stack, "--no-select", "--secrets-provider", "passphrase"); err != nil {
			return err
		}
	}
	return e.writeSettings(project, committed, more)
}

// writeSettings keeps what the engine wrote into the file: the salt of its encryption, and what it encrypted.
func (e *Engine) writeSettings(project *workspace.Project, committed File, more map[string]string) error {
	file := filepath.Join(e.project(), "Pulumi."+e.stack+".yaml")
	settings, err := workspace.LoadProjectStack(sink, project, file)
	if err != nil {
		return err
	}
	if settings.Config == nil {
		settings.Config = config.Map{}
	}

	maps.DeleteFunc(settings.Config, func(_ config.Key, value config.Value) bool { return !value.Secure() })
	maps.Copy(settings.Config, committed.Config)
	for name, value := range more {
		key, err := config.ParseKey(name)
		if err != nil {
			return err
		}
		settings.Config[key] = config.NewValue(value)
	}
	return settings.Save(file)
}

// sink discards the warnings of the engine's library.
var sink = diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never})

// SetSecret encrypts a setting, by full key.
func (e *Engine) SetSecret(ctx context.Context, key, value string) error {
	command := e.Command(ctx, "config", "set", "--secret", key)
	command.Stdin = strings.NewReader(value)
	if output, err := command.CombinedOutput(); err != nil {
		return &Failure{Command: "config set --secret " + key, Output: string(output), Err: err}
	}
	return nil
}
