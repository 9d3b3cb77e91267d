package migrate_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/d1"
)

// Files that the property draws about what reads or writes a table: views, triggers, full-text tables.

func createView(t *rapid.T, w *world) draft {
	had := w.views
	w.views = nil
	w.view(t)
	if len(had) > 0 && chance(t, 2, "of a view") {
		w.views = append(w.views, had[0].viewed(w.name(t)))
	}
	var statements []string
	for _, made := range w.views {
		statements = append(statements, made.create()...)
	}
	return draft{kind: "create view", honest: true, statements: statements}
}

func createTrigger(t *rapid.T, w *world) draft {
	on, name := pick(t, "table", w.tables...), w.name(t)
	logged := w.name(t)
	kind := pick(t, "body", "log", "log", "log to another shape", "log to another shape", "write", "write to a key", "pattern", "raise", "misspelt", "broken", "delete")
	shape := pick(t, "log's shape", "a integer PRIMARY KEY", "a INT PRIMARY KEY", "a text NOT NULL", "a CHECK (a <> 'a')", "a UNIQUE", "a text COLLATE NOCASE UNIQUE", "a text PRIMARY KEY",
		"id integer PRIMARY KEY AUTOINCREMENT, a", "id integer PRIMARY KEY, a integer", "a, b DEFAULT 'b' CHECK (b <> 'b')", "a, b NOT NULL", "a, b AS (abs(a))", "a, b AS (a) STORED")
	if kind != "log to another shape" {
		shape = pick(t, "log's shape", "a", "id integer PRIMARY KEY, a")
	}
	into := pick(t, "into", w.tables...)
	body := map[string]string{
		"log to another shape": fmt.Sprintf("INSERT INTO %s (a) VALUES (new.%s)", logged, on.columns[0]),
		"write":                fmt.Sprintf("INSERT INTO %s (%s) VALUES (new.%s)", into, into.stored()[len(into.stored())-1], on.columns[0]),
		"write to a key":       fmt.Sprintf("INSERT OR IGNORE INTO %s (%s) VALUES (new.%s)", into, into.stored()[0], on.columns[len(on.columns)-1]),
		"pattern":              fmt.Sprintf("INSERT INTO %s (a) SELECT 1 WHERE new.%s LIKE %s", logged, on.columns[0], pattern(t)),
		"log":                  fmt.Sprintf("INSERT INTO %s (a) VALUES (new.%s)", logged, on.columns[0]), "raise": "SELECT RAISE(ABORT, 'no')",
		"misspelt": fmt.Sprintf(`UPDATE %s SET a = "no such name"`, logged), "broken": "INSERT INTO no_such_table VALUES (1)",
		"delete": fmt.Sprintf("DELETE FROM %s", on),
	}[kind]

	return draft{kind: "create trigger, " + kind, honest: kind == "log", harmful: kind == "misspelt" || kind == "broken" || kind == "raise", statements: []string{
		fmt.Sprintf("CREATE TABLE %s (%s)", logged, shape), fmt.Sprintf("CREATE TRIGGER %s AFTER INSERT ON %s BEGIN %s; END", name, on, body),
	}}
}

// changeReader makes a view or trigger again that says something else.
func changeReader(t *rapid.T, w *world) draft {
	var changed []draft
	for _, view := range w.views {
		changed = append(changed, draft{kind: "change view", statements: []string{"DROP VIEW " + view.sql, fmt.Sprintf("CREATE VIEW %s AS SELECT 1 AS seen", view)}})
	}
	for _, table := range w.all() {
		for _, trigger := range table.triggers {
			changed = append(changed, draft{kind: "change trigger", statements: []string{
				"DROP TRIGGER " + trigger.sql, fmt.Sprintf("CREATE TRIGGER %s AFTER %s ON %s BEGIN SELECT RAISE(ABORT, 'no'); END", trigger, pick(t, "event", "INSERT", "DELETE"), table),
			}})
		}
	}

	if len(changed) == 0 {
		return draft{}
	}
	return pick(t, "changed", changed...)
}

func createFullText(t *rapid.T, w *world) draft {
	if w.used["found"] {
		return draft{}
	}

	of := pick(t, "of", w.tables...)
	at := of.columns[len(of.columns)-1]
	switch kind := pick(t, "kind", "own", "own", "contentless", "content", "content", "content, not indexed"); {
	case kind == "contentless":
		return draft{kind: "full text without content", honest: true, statements: []string{
			"CREATE VIRTUAL TABLE found USING fts5(words, content='')", fmt.Sprintf("INSERT INTO found (rowid, words) SELECT row_number() OVER (), %s FROM %s", at, of),
		}}
	case kind == "own" || !of.indexable():
		return draft{kind: "full text", honest: true, statements: []string{
			"CREATE VIRTUAL TABLE found USING fts5(words)", fmt.Sprintf("INSERT INTO found (words) SELECT %s FROM %s", at, of),
		}}
	case kind == "content":
		return draft{kind: "full text of a table", honest: true, statements: []string{
			fmt.Sprintf("CREATE VIRTUAL TABLE found USING fts5(%s)", of.contentOptions()), "INSERT INTO found (found) VALUES ('rebuild')",
		}}
	}
	return draft{kind: "full text of a table, not indexed", statements: []string{fmt.Sprintf("CREATE VIRTUAL TABLE found USING fts5(%s)", of.contentOptions())}}
}

// changeFullText makes the full-text table again, or gives it a command.
func changeFullText(t *rapid.T, w *world) draft {
	table := w.texts[0]
	empty := strings.HasSuffix(table.fullText.options, "content=''")
	switch kind := pick(t, "change", "made again", "made again and filled", "emptied", "put in order", "indexed again"); kind {
	case "made again":
		return draft{kind: "full text, made again", harmful: empty, statements: []string{"DROP TABLE search", table.create("search")}}
	case "made again and filled":
		return draft{kind: "full text, made again and filled", harmful: empty, statements: append([]string{"DROP TABLE search", table.create("search")}, table.fullText.rows...)}
	case "emptied":
		return draft{kind: "full text, emptied", harmful: empty, statements: []string{"INSERT INTO search (search) VALUES ('delete-all')"}}
	case "put in order":
		return draft{kind: "full text, put in order", honest: true, statements: []string{"INSERT INTO search (search) VALUES ('optimize')"}}
	}
	return draft{kind: "full text, indexed again", honest: !empty, statements: []string{indexAgain}}
}

// lengthenChain adds a trigger at the end of the chain, or before it.
func lengthenChain(t *rapid.T, w *world) draft {
	name, links := w.name(t), len(w.chain)-1
	if chance(t, 2, "before") {
		on := pick(t, "on", w.tables...)
		return draft{kind: "trigger before a chain", statements: []string{
			fmt.Sprintf("CREATE TRIGGER %s AFTER INSERT ON %s BEGIN INSERT INTO %s VALUES (new.%s); END", name, on, w.chain[0], on.columns[0]),
		}}
	}
	last := w.name(t)
	return draft{kind: "trigger at the end of a chain", honest: links < d1.MaxTriggers, statements: []string{
		fmt.Sprintf("CREATE TABLE %s (a)", last), fmt.Sprintf("CREATE TRIGGER %s AFTER INSERT ON %s BEGIN INSERT INTO %s VALUES (new.a); END", name, w.chain[links], last),
	}}
}

func literalOf(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
