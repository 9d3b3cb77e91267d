package schema

import (
	"context"
	"fmt"
	"slices"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Module returns a virtual table's module: "fts5".
func (t *Table) Module() string {
	if !t.Virtual {
		return ""
	}
	using := sqltext.Words(t.Clauses[0].Text)
	return using[min(1, len(using)-1)]
}

// OwnsContent reports whether a full-text table keeps its content itself.
func (t *Table) OwnsContent() bool {
	return t.Module() == "fts5" && !catalog.Entry{Kind: "table", SQL: t.sql}.HasOption("content")
}

// Contentless reports whether a full-text table keeps no texts anywhere: what is taken out of its index is gone.
func (t *Table) Contentless() bool {
	of, _ := t.ExternalContent()
	return t.Module() == "fts5" && of == "" && !t.OwnsContent()
}

// RefusesRemoval reports whether DELETE and UPDATE fail on each row of the table: it keeps no texts to take out of its index
// (https://www.sqlite.org/fts5.html#contentless_tables).
func (t *Table) RefusesRemoval() bool {
	return t.Contentless() && !catalog.Entry{Kind: "table", SQL: t.sql}.HasOption("contentless_delete")
}

// TextLoss says why a rebuilt full-text table has lost its texts; empty if it has not.
func (t *Table) TextLoss(now *Table) string {
	switch {
	case t.Contentless():
		return "it has no content to index again"
	case t.OwnsContent() && !now.OwnsContent():
		return "it no longer keeps its texts"
	}
	return ""
}

// CommandChange returns what a command to a full-text table changes.
func (t *Table) CommandChange(command string) migrate.Change {
	switch removes := sqltext.CommandRemoves(command); {
	case removes && t.Contentless():
		return migrate.Change{Sign: "-", What: "rows of " + t.Name, Detail: "by the command '" + command + "': it has no content to index again", Risk: migrate.RiskIrreversible}
	case removes:
		return migrate.Change{Sign: "~", What: "index of " + t.Name, Detail: "by the command '" + command + "'", Risk: migrate.RiskRebuild}
	}
	return migrate.Change{Sign: "~", What: "index of " + t.Name, Detail: "by the command '" + command + "'", Risk: migrate.RiskAdditive}
}

// TriggerRemoves reports whether a trigger's definition gives a full-text table a command that takes rows out of it.
func TriggerRemoves(trigger []d1sql.Token, from string) bool {
	return slices.ContainsFunc(writes(trigger), func(w write) bool {
		return w.inserts && sqltext.SameName(sqltext.Name(w.to), from) && sqltext.CommandRemoves(sqltext.CommandOf(w.to))
	})
}

// ExternalContent returns the table in which a full-text table has its content, and the column that numbers its rows;
// both are empty if it has its own content, or none.
func (t *Table) ExternalContent() (of, number string) {
	if t.Module() != "fts5" {
		return "", ""
	}
	tokens, err := sqltext.Tokens(t.sql)
	if err != nil {
		return "", ""
	}

	for i, token := range tokens[:max(0, len(tokens)-2)] {
		if tokens[i+1].Text != "=" {
			continue
		}
		switch value := sqltext.Fold(sqltext.Name(tokens[i+2 : i+3])); {
		case token.Is("content"):
			of = value
		case token.Is("content_rowid"):
			number = value
		}
	}

	return of, number
}

// StaleFullText returns the full-text tables whose index does not match their content.
func (s Schema) StaleFullText(ctx context.Context, db d1.Database) (map[string]bool, error) {
	found := map[string]bool{}
	for name, table := range s.Tables {
		if of, _ := table.ExternalContent(); of == "" {
			continue
		}
		at := sqltext.Quote(table.Name)
		message, err := Probe(ctx, db, fmt.Sprintf("INSERT INTO %s (%s, rank) VALUES ('integrity-check', 1)", at, at))
		if err != nil {
			return nil, err
		}
		found[name] = message != ""
	}

	return found, nil
}
