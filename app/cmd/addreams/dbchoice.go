package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/migrate/generate"
	"github.com/addreams/addreams/app/migrate/script"
)

// choiceFlags name the schema file, and answer what comparing it with another schema leaves open: what has a new name, what
// is dropped, and which value rows get.
type choiceFlags struct {
	folder       string // of the migrations
	schema       string
	renames      []string
	tableRenames []string
	drops        []string
	fills        []string
}

func (c *choiceFlags) register(command *cobra.Command) {
	set := command.Flags()
	set.StringVar(&c.schema, "schema", "", "the schema `file`, instead of schema.sql beside the migrations")
	set.StringArrayVar(&c.renames, "rename", nil, "a column has a new name: `TABLE.OLD=NEW`")
	set.StringArrayVar(&c.tableRenames, "rename-table", nil, "a table has a new name: `OLD=NEW`")
	set.StringArrayVar(&c.drops, "drop", nil, "a table or column is to go, and what is new is another: `TABLE[.COLUMN]`")
	set.StringArrayVar(&c.fills, "fill", nil, "the value of a column for rows that have none: `TABLE.COLUMN=EXPRESSION`")
}

// chosen reports whether any choice was made.
func (c choiceFlags) chosen() bool {
	return len(c.renames)+len(c.tableRenames)+len(c.drops)+len(c.fills) > 0
}

// input reads the schema file and the choices. If ask is set and standard input is a terminal, what they leave open is asked.
func (c choiceFlags) input(command *cobra.Command, ask bool) (generate.Input, error) {
	input := generate.Input{SchemaName: c.schema}
	var err error
	if input.Choices, err = c.choices(); err != nil {
		return input, err
	}
	if in := command.InOrStdin(); ask && isTerminal(in) {
		input.Ask = (&questioner{in: in, out: command.ErrOrStderr()}).ask
	}
	input.Schema, err = os.ReadFile(c.schema)
	if errors.Is(err, os.ErrNotExist) {
		return input, fmt.Errorf("there is no %s: go run ./app/cmd/addreams db pull%s, with --local, --stack NAME, --remote or --sqlite FILE, writes it from a database; or name another file with --schema", c.schema, c.files())
	}
	return input, err
}

func (c choiceFlags) choices() (generate.Choices, error) {
	var choices generate.Choices
	return choices, errors.Join(
		each("--rename", c.renames, generate.ParseRename, &choices.Columns),
		each("--rename-table", c.tableRenames, generate.ParseTableRename, &choices.Tables),
		each("--drop", c.drops, generate.ParseDrop, &choices.Drops),
		each("--fill", c.fills, generate.ParseFill, &choices.Fills))
}

// each reads the values of a flag.
func each[V any](flag string, texts []string, parse func(string) (V, error), into *[]V) error {
	for _, text := range texts {
		value, err := parse(text)
		if err != nil {
			return fmt.Errorf("%s: %w", flag, err)
		}
		*into = append(*into, value)
	}
	return nil
}

// line returns the flags as they are typed.
func (c choiceFlags) line() string {
	return c.files() + typed("--rename-table", c.tableRenames...) + typed("--rename", c.renames...) + typed("--drop", c.drops...) + typed("--fill", c.fills...)
}

// files returns the flags that choose the files.
func (c choiceFlags) files() string {
	line := c.migrations()
	if c.schema != filepath.Join(c.folder, script.SchemaFile) {
		line += typed("--schema", c.schema)
	}
	return line
}

// migrations returns the flag that chooses the folder of migrations, if it is not the checkout's.
func (c choiceFlags) migrations() string {
	if c.folder == defaultFolder {
		return ""
	}
	return typed("--migrations", c.folder)
}

// typed returns a flag with each of its values as it is typed.
func typed(flag string, values ...string) string {
	var line strings.Builder
	for _, value := range values {
		line.WriteString(" " + flag + " " + shellWord(value))
	}
	return line.String()
}

// shellWord quotes a word for a shell if it needs that.
func shellWord(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=-") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
