package main

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/generate"
)

// generated is a migration in JSON.
type generated struct {
	File   string          `json:"file,omitempty"`
	SQL    string          `json:"sql"`
	Effect *migrate.Effect `json:"effect,omitempty"`
	Rows   int             `json:"rows"`
	Notes  []string        `json:"notes,omitempty"`
}

func (g *generation) print(made generate.Migration, path string) error {
	if g.json {
		return g.session.printJSON(generated{path, made.Text(), &made.Effect, made.Rows, made.Notes})
	}

	fmt.Fprintf(g.out, "%s   %s\n", path, made.Effect.Risk)
	g.session.printChanges(made.Effect.Changes)
	for _, note := range made.Notes {
		fmt.Fprintln(g.out, note)
	}
	fmt.Fprintf(g.out, "\nTried on %s of %s in memory: every row stays, and the schema is that of %s.\n",
		migrate.Count(made.Rows, "row"), migrate.Count(made.Tables, "table"), g.schema)
	if len(made.Empty) > 0 {
		fmt.Fprintf(g.out, "No row was found that suits %s: see what the plan says about a real database.\n", strings.Join(made.Empty, ", "))
	}
	if made.Effect.Risk > migrate.RiskRebuild {
		fmt.Fprintf(g.out, "It needs --allow %s, or the stack's setting allowDestructive, or a comment that says why it is safe (migrations/README.md).\n", made.Name)
	}
	_, err := fmt.Fprintln(g.out, "Read it. Then see what it does to a database: go run ./app/cmd/addreams db plan --local"+g.migrations())
	return err
}

func (g *generation) printNothing(draft generate.Draft) error {
	if g.json {
		return g.session.printJSON(generated{Notes: draft.Notes})
	}
	for _, note := range draft.Notes {
		fmt.Fprintln(g.out, note)
	}
	_, err := fmt.Fprintln(g.out, "Nothing to generate: the migrations make what "+g.schema+" says.")
	return err
}
