package rehearse

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// A full-text table over another table's content knows its rows by their numbers. If they are renumbered, or the content
// changes without it, a search returns rows that do not match.

// recordRemoval lists rows that a trigger takes out of a full-text table without content.
func (t *trial) recordRemoval(write sqlite.Write) {
	table := t.before.Tables[t.lineage.OldNames[sqltext.Fold(write.Table)]]
	if write.Within == "" || write.Kind != sqlite.Inserts || table == nil || !table.Contentless() {
		return
	}

	trigger, _ := sqltext.Tokens(t.before.Objects[sqltext.Fold(write.Within)].Definition)
	for _, statement := range t.file.Statements {
		if createdName(statement) == "trigger "+write.Within {
			trigger = statement.Tokens
		}
	}
	if schema.TriggerRemoves(trigger, write.Table) {
		t.effect.Add(migrate.Change{Sign: "-", What: "rows of " + table.Name, Detail: "by the trigger " + write.Within, Risk: migrate.RiskIrreversible})
	}
}

// needsUnreadTexts reports whether a statement takes texts out of a full-text table without content. It can't be
// rehearsed, because they can't be read from the target.
func (t *trial) needsUnreadTexts(done sqltext.Action, line int) bool {
	old := t.lineage.OldNames[sqltext.Fold(done.Table)]
	if !sqltext.CommandRemoves(done.Command) || !t.TargetTables[old] || !t.before.Tables[old].Contentless() {
		return false
	}
	t.effect.Notes = append(t.effect.Notes, fmt.Sprintf("line %d is not rehearsed: the texts of %s can't be read", line, done.Table))
	return true
}

// refuseRemoval refuses a DELETE from a full-text table without content, or an UPDATE of it, if the target has rows of it: the
// rehearsal has none, since they can't be copied. It reports whether it did.
func (t *trial) refuseRemoval(ctx context.Context, statement d1sql.Statement, done sqltext.Action) (bool, error) {
	old, verb := t.lineage.OldNames[sqltext.Fold(done.Table)], sqltext.MainVerb(statement.Tokens)
	if !sqltext.StartsWith(verb, "DELETE") && !sqltext.StartsWith(verb, "UPDATE") || !t.TargetTables[old] || !t.before.Tables[old].RefusesRemoval() {
		return false, nil
	}
	rows, err := countRows(ctx, t.Target, t.rehearsal.Schema.Tables[old].Name)
	if err != nil || rows == 0 {
		return false, err
	}

	t.refuse(statement.Line, migrate.KindFailing, fmt.Sprintf("SQLite neither deletes nor updates rows of %s, a full-text table without content, and it has %s", done.Table, migrate.Count(rows, "row")),
		"Give it the command 'delete' with a row's texts, or 'delete-all'; or make it again with contentless_delete=1.")
	return true, nil
}

// checkFullText refuses a file after which a search returns wrong rows.
func (t *trial) checkFullText(ctx context.Context) error {
	misled, err := t.after.StaleFullText(ctx, t.tx)
	if err != nil {
		return err
	}

	for _, name := range schema.Names(misled, nil) {
		table, was := t.after.Tables[name], t.tableBefore(name)
		of, _ := table.ExternalContent()
		what := "after it the full-text table " + table.Name + " finds other rows of " + of + " than those that match"
		switch {
		case was == nil && (misled[name] || t.hasUnseenRows(of) && !t.indexedAfterwards(table.Name, of)):
			what = "after it the full-text table " + table.Name + " lacks rows of " + of + ", so that taking one out of it fails"
		case was == nil || t.staleBefore[name] || !misled[name] && !t.renumbered(table):
			continue
		}
		index := sqltext.QuoteIfNeeded(table.Name)
		t.refuse(0, migrate.KindBreaking, what,
			fmt.Sprintf("Write INSERT INTO %s (%s) VALUES ('rebuild'); in the same file, after everything that it does to %s.", index, index, of))
	}

	return nil
}

// renumbered reports whether the file rebuilds the table in which a full-text table has its content, so that SQLite
// renumbers the rows, and does not index them afterwards. With the rows at hand the numbers may happen to be the
// same.
func (t *trial) renumbered(index *schema.Table) bool {
	of, number := index.ExternalContent()
	at := slices.IndexFunc(t.survivors, func(s lineage.Survivor) bool { return s.Present == of })
	if at < 0 || !t.survivors[at].Rebuilt {
		return false
	}
	was, is := t.before.Tables[t.survivors[at].Old], t.after.Tables[of]
	if number == "" {
		number = "rowid"
	}
	if was.Has(number) && is.Has(number) || was.HasIntegerKey() && is.HasIntegerKey() {
		return false
	}

	return !t.indexedAfterwards(index.Name, of)
}

// hasUnseenRows reports whether a table of the target has rows that were not copied.
func (t *trial) hasUnseenRows(of string) bool {
	was := t.tableBefore(of)
	return was != nil && !t.Complete[sqltext.Fold(was.Name)]
}

// indexedAfterwards reports whether the file indexes the content again after everything that it does to it.
func (t *trial) indexedAfterwards(index, of string) bool {
	indexed := t.tableBefore(sqltext.Fold(index)) != nil
	for _, statement := range t.file.Statements {
		done := sqltext.ActionOf(statement)
		switch {
		case rebuildsIndex(statement, index):
			indexed = true
		case sqltext.Fold(done.Table) == of || sqltext.Fold(done.To) == of:
			indexed = false
		}
	}

	return indexed
}

// rebuildsIndex reports whether a statement is INSERT INTO x (x) VALUES ('rebuild').
func rebuildsIndex(s d1sql.Statement, index string) bool {
	return sqltext.ActionOf(s).Verb == sqltext.Inserts && sqltext.SameName(sqltext.ActionOf(s).Table, index) &&
		slices.ContainsFunc(s.Tokens, func(t d1sql.Token) bool { return strings.EqualFold(t.Text, "'rebuild'") })
}
