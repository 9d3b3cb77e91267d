package dump

import (
	"context"
	"errors"
	"fmt"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Full-text tables are created, which makes the tables for their contents, and filled with rows; the index over another
// table's content is built from that: https://www.sqlite.org/fts5.html.

// fullText prepares a virtual table, and reports whether it has rows of its own to be read.
func (d *dumper) fullText(ctx context.Context, t *table) (bool, error) {
	name := t.entry.Name
	switch module := argumentAfter(t.entry, "using"); {
	case module == "fts5vocab":
		return false, nil
	case module != "fts5":
		return false, fmt.Errorf("%s is a virtual table of the module %s, whose rows can't be exported: choose tables with --table", name, module)
	}
	if err := d.settings(ctx, name); err != nil {
		return false, err
	}

	if !t.entry.HasOption("content") {
		return true, nil
	}
	if contentOf(t.entry) == "" {
		d.summary.Notes = append(d.summary.Notes, "The full-text table "+name+" keeps no texts: it is empty in the dump, and has to be filled again.")
	}
	return false, nil
}

// settings writes what was configured with commands such as 'automerge' and 'rank'.
func (d *dumper) settings(ctx context.Context, name string) error {
	result, err := d1.Query(ctx, d.db, "SELECT "+sqltext.Value("k")+" AS k, "+sqltext.Value("v")+" AS v FROM "+sqltext.Quote(name+"_config")+" WHERE k <> 'version' ORDER BY k")
	if err != nil {
		return err
	}
	settings, err := result.Texts("the settings of " + name)
	for _, setting := range settings {
		err = errors.Join(err, d.statement(fmt.Sprintf("INSERT INTO %s (%[1]s, rank) VALUES (%s, %s)", sqltext.Quote(name), setting[0], setting[1])))
	}
	return err
}

// indexContents builds the full-text indexes over the content of other tables and views.
func (d *dumper) indexContents(s schema) error {
	for _, t := range s.tables {
		if d.NoData || !t.entry.Virtual() || contentOf(t.entry) == "" {
			continue
		}
		if err := d.statement(fmt.Sprintf("INSERT INTO %s (%[1]s) VALUES ('rebuild')", sqltext.Quote(t.entry.Name))); err != nil {
			return err
		}
	}
	return nil
}

// contentOf returns the table that has the content of a full-text table; "" if it is itself, or none has it.
func contentOf(entry catalog.Entry) string { return argumentAfter(entry, "content", "=") }

// argumentAfter returns the name that follows the tokens in a virtual table's definition.
func argumentAfter(entry catalog.Entry, before ...string) string {
	tokens, err := sqltext.Tokens(entry.SQL)
	if err != nil {
		return ""
	}

	for i := range tokens[:max(0, len(tokens)-len(before))] {
		same := true
		for j, text := range before {
			same = same && sqltext.SameName(tokens[i+j].Name(), text)
		}
		if same {
			return sqltext.Fold(sqltext.Name(tokens[i+len(before) : i+len(before)+1]))
		}
	}

	return ""
}
