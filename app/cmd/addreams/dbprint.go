package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/addreams/addreams/app/migrate"
)

func (s dbSession) printJSON(value any) error { return printJSON(s.out, value) }

func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// table prints rows as a table.
func table(out io.Writer, rows [][]any) error {
	writer := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				fmt.Fprint(writer, "\t")
			}
			fmt.Fprint(writer, cell)
		}
		fmt.Fprintln(writer)
	}
	return writer.Flush()
}

func (s dbSession) printStatus(plan migrate.Plan, drift []migrate.Change) error {
	if s.json {
		return s.printJSON(struct {
			migrate.Plan
			Drift []migrate.Change `json:"drift"`
		}{plan, drift})
	}

	fmt.Fprintf(s.out, "%s\n\n", s.opened.name)
	rows := [][]any{{"MIGRATION", "STATE", "SINCE (UTC)", "BY"}}
	for _, step := range plan.Steps {
		rows = append(rows, []any{step.Name, step.State, step.At, step.By})
	}
	if err := table(s.out, rows); err != nil {
		return err
	}
	fmt.Fprintln(s.out)
	s.printRefusals(plan)
	if len(drift) == 0 {
		fmt.Fprintln(s.out, "The schema is the one that the applied files produce.")
	} else {
		fmt.Fprintln(s.out, "The schema is not the one that the applied files produce:")
		s.printChanges(drift)
	}
	if n := len(plan.Pending()); n > 0 {
		fmt.Fprintf(s.out, "%d pending. To see what they do: %s\n", n, s.command("plan"))
	}

	return nil
}

func (s dbSession) printPlan(plan migrate.Plan) error {
	if s.json {
		return s.printJSON(plan)
	}

	pending := plan.Pending()
	for _, step := range pending {
		if step.Effect == nil {
			fmt.Fprintln(s.out, step.Name)
			continue
		}
		fmt.Fprintf(s.out, "%s   %s\n", step.Name, step.Effect.Risk)
		s.printChanges(step.Effect.Changes)
	}
	s.printRefusals(plan)
	switch {
	case len(plan.Refusals) > 0:
	case len(pending) == 0:
		fmt.Fprintln(s.out, "Nothing is pending.")
	default:
		fmt.Fprintf(s.out, "\nTo apply: %s\n", s.command("migrate"))
	}

	return nil
}

func (s dbSession) printChanges(changes []migrate.Change) {
	for _, change := range changes {
		fmt.Fprintln(s.out, "  "+change.String())
	}
}

func (s dbSession) printRefusals(plan migrate.Plan) {
	for _, refusal := range plan.Refusals {
		fmt.Fprintln(s.out, "refused: "+refusal.String())
	}
}

// printReport prints what was done and how to undo it, or idle if nothing was done.
func (s dbSession) printReport(report migrate.Report, idle string) error {
	if s.json {
		return s.printJSON(report)
	}

	var rows [][]any
	for _, done := range report.Files {
		row := []any{done.Name, done.Outcome}
		if done.Effect != nil {
			row = append(row, done.Effect.Risk, fmt.Sprintf("%d ms", done.Millis))
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 && idle != "" {
		rows = [][]any{{idle}}
	}
	if err := table(s.out, rows); err != nil {
		return err
	}
	for _, note := range report.Notes {
		fmt.Fprintln(s.out, note)
	}
	if point := report.RestorePoint(); point != "" {
		fmt.Fprintf(s.out, "To undo: %s --bookmark %s\n", s.command("restore"), point)
	}

	return nil
}

func (s dbSession) printRestorePoints(plan migrate.Plan) error {
	rows := [][]any{{"BEFORE", "AT (UTC)", "BOOKMARK"}}
	points := []migrate.Step{}

	for _, step := range plan.Steps {
		if step.Bookmark != "" {
			points = append(points, step)
			rows = append(rows, []any{step.Name, step.At, step.Bookmark})
		}
	}
	switch {
	case s.json:
		return s.printJSON(points)
	case len(points) == 0:
		_, err := fmt.Fprintln(s.out, "The ledger has no restore points.")
		return err
	}
	if err := table(s.out, rows); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "\nTo go back: %s --bookmark BOOKMARK\n", s.command("restore"))
	return err
}
