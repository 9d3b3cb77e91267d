package schema

import (
	"context"
	"fmt"

	"github.com/addreams/addreams/app/d1"
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

// Contentless reports whether a full-text table keeps only its index: what it indexes can't be read.
func (t *Table) Contentless() bool {
	of, _ := t.ExternalContent()
	return t.Module() == "fts5" && !t.OwnsContent() && of == ""
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
