package migrate_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// The files that the property draws: honest ones that must be accepted, and others.

// draft is a pending file.
type draft struct {
	kind       string
	honest     bool     // to be accepted, where SQLite takes it and it loses nothing
	needsAllow bool     // honest, and rated worse than a rebuild
	harmful    bool     // to be refused unless it is allowed
	target     []string // what the target has, and no file makes
	statements []string
}

// fileText returns statements as a file, separated as drizzle-kit does.
func fileText(statements []string) string {
	return strings.Join(statements, ";\n--> statement-breakpoint\n") + ";\n"
}

// recipe drafts a file for a world. A draft without statements means that the world has nothing to apply it to.
type recipe func(t *rapid.T, w *world) draft

var recipes = []recipe{
	addColumn, addColumn, addColumnThatFails, addColumnThatFails, createTable, createIndex, createUniqueIndex, changeIndex, createView, createTrigger,
	createFullText, rename, dropColumn, dropObject, changeRows, conditionalFile, overAnother,
	honestRebuild, honestRebuild, honestRebuild, honestRebuild, damagedRebuild, damagedRebuild, damagedRebuild, damagedRebuild, damagedRebuild, renameAside, soup, soup,
}

func drawDraft(t *rapid.T, w *world) draft {
	for range 20 {
		if made := pick(t, "recipe", recipes...)(t, w); made.statements != nil {
			return made
		}
	}
	return createTable(t, w)
}

func addColumn(t *rapid.T, w *world) draft {
	table, name := pick(t, "table", w.tables...), w.name(t)
	parent := pick(t, "parent", w.tables...)
	kinds := map[string]string{
		"nullable": "text", "default": "integer NOT NULL DEFAULT 0", "check": fmt.Sprintf("integer CHECK (%s IS NULL OR %s >= 0)", name, name),
		"collation": "text COLLATE NOCASE DEFAULT 'x'", "generated": "text GENERATED ALWAYS AS (lower(" + table.columns[0].sql + ")) VIRTUAL",
		"checked default": fmt.Sprintf("integer NOT NULL DEFAULT 1 CHECK (%s > 0)", name),
	}
	if parent.key == "rowid" || parent.key == "text" {
		kinds["reference"] = fmt.Sprintf("%s REFERENCES %s (%s)", parent.columns[0].kind, parent, parent.columns[0])
	}
	kind := pick(t, "kind", sortedKeys(kinds)...)
	return draft{kind: "add column, " + kind, honest: true, statements: []string{fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", table, name, kinds[kind])}}
}

func addColumnThatFails(t *rapid.T, w *world) draft {
	table, name := pick(t, "table", w.tables...), w.name(t)
	kinds := map[string]string{
		"not null": "integer NOT NULL", "computed default": "integer NOT NULL DEFAULT (unixepoch())", "current time": "text DEFAULT CURRENT_TIMESTAMP",
		"stored": "text GENERATED ALWAYS AS (1) STORED", "default with reference": fmt.Sprintf("text DEFAULT 'x' REFERENCES %s", table),
		"default against check": fmt.Sprintf("integer DEFAULT 0 CHECK (%s > 0)", name), "unique": "text UNIQUE", "key": "integer PRIMARY KEY",
		"generated, not null": "text GENERATED ALWAYS AS (nullif(" + table.columns[len(table.columns)-1].sql + ", 'a')) VIRTUAL NOT NULL",
		"generated, checked":  fmt.Sprintf("text GENERATED ALWAYS AS (%s) VIRTUAL CHECK (%s <> 'a')", table.columns[len(table.columns)-1], name),
		"misspelt":            `text GENERATED ALWAYS AS ("no such name") VIRTUAL`, "misspelt check": fmt.Sprintf(`text CHECK (%s <> "no such name")`, name),
	}
	kind := pick(t, "kind", sortedKeys(kinds)...)
	return draft{kind: "add column that may fail, " + kind, statements: []string{fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", table, name, kinds[kind])}}
}

func createTable(t *rapid.T, w *world) draft {
	made := w.table(t)
	w.tables = append(w.tables, made)
	w.refer(t, made)
	w.index(t, made)
	w.tables = w.tables[:len(w.tables)-1]
	statements := []string{made.create(made.sql)}
	for _, index := range made.indexes {
		statements = append(statements, index.create(made.sql))
	}
	if chance(t, 3, "filled") {
		from := pick(t, "from", w.tables...)
		at := made.stored()[len(made.stored())-1]
		statements = append(statements, fmt.Sprintf("INSERT OR IGNORE INTO %s (%s) SELECT %s FROM %s WHERE %s IS NULL", made, at, from.columns[0], from, from.columns[0]))
	}

	return draft{kind: "create table", honest: true, statements: statements}
}

func createIndex(t *rapid.T, w *world) draft {
	table := pick(t, "table", w.tables...)
	at := pick(t, "column", table.columns...)
	made := index{ident: w.name(t), terms: pick(t, "terms", at.sql, at.sql+" DESC", "lower("+at.sql+")", at.sql+" COLLATE RTRIM", "iif("+at.sql+" IS NULL, 0, 1), "+at.sql)}
	if chance(t, 2, "partial") {
		made.when = at.sql + " IS NOT NULL"
	}
	return draft{kind: "create index", honest: true, statements: []string{made.create(table.sql)}}
}

func createUniqueIndex(t *rapid.T, w *world) draft {
	table := pick(t, "table", w.tables...)
	at := pick(t, "column", table.columns...)
	made := index{ident: w.name(t), unique: true, terms: pick(t, "terms", at.sql, "lower("+at.sql+")", at.sql+", "+table.columns[0].sql)}
	return draft{kind: "create unique index", honest: true, needsAllow: true, statements: []string{made.create(table.sql)}}
}

func changeIndex(t *rapid.T, w *world) draft {
	for _, table := range w.tables {
		for _, was := range table.indexes {
			if !was.unique {
				is := was
				is.terms += " DESC"
				if strings.HasSuffix(was.terms, "DESC") {
					is.terms = strings.TrimSuffix(was.terms, " DESC")
				}
				return draft{kind: "change index", honest: true, statements: []string{"DROP INDEX " + was.sql, is.create(table.sql)}}
			}
		}
	}
	return draft{}
}

func createView(t *rapid.T, w *world) draft {
	w.views = nil
	w.view(t)
	return draft{kind: "create view", honest: true, statements: w.views[0].create()}
}

func createTrigger(t *rapid.T, w *world) draft {
	on, name := pick(t, "table", w.tables...), w.name(t)
	logged := w.name(t)
	kind := pick(t, "body", "log", "log", "raise", "misspelt", "broken", "delete")
	body := map[string]string{
		"log": fmt.Sprintf("INSERT INTO %s VALUES (new.%s)", logged, on.columns[0]), "raise": "SELECT RAISE(ABORT, 'no')",
		"misspelt": fmt.Sprintf(`UPDATE %s SET a = "no such name"`, logged), "broken": "INSERT INTO no_such_table VALUES (1)",
		"delete": fmt.Sprintf("DELETE FROM %s", on),
	}[kind]
	return draft{kind: "create trigger, " + kind, honest: kind == "log", harmful: kind == "misspelt" || kind == "broken" || kind == "raise", statements: []string{
		fmt.Sprintf("CREATE TABLE %s (a)", logged), fmt.Sprintf("CREATE TRIGGER %s AFTER INSERT ON %s BEGIN %s; END", name, on, body),
	}}
}

func createFullText(t *rapid.T, w *world) draft {
	if w.used["found"] {
		return draft{}
	}

	of := pick(t, "of", w.tables...)
	at, first := of.columns[len(of.columns)-1], of.columns[0]
	if of.key != "rowid" {
		return draft{kind: "full text", honest: true, statements: []string{
			"CREATE VIRTUAL TABLE found USING fts5(words)", fmt.Sprintf("INSERT INTO found (words) SELECT %s FROM %s", at, of),
		}}
	}
	if !strings.HasPrefix(at.sql, "`") && !strings.HasPrefix(at.sql, "[") && at.generated == "" && at.name != "rowid" && at.name != "rank" && !strings.ContainsAny(at.name, "'$%") {
		return draft{kind: "full text of a table", honest: true, statements: []string{
			fmt.Sprintf("CREATE VIRTUAL TABLE found USING fts5(%s, content=%s, content_rowid=%s)", quoted(at.name), literalOf(of.name), literalOf(first.name)),
			"INSERT INTO found (found) VALUES ('rebuild')",
		}}
	}

	return draft{}
}

func literalOf(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func rename(t *rapid.T, w *world) draft {
	table, name := pick(t, "table", w.tables...), w.name(t)
	if chance(t, 2, "column") {
		at := pick(t, "column", table.columns...)
		return draft{kind: "rename column", honest: true, needsAllow: true, harmful: true,
			statements: []string{fmt.Sprintf("ALTER TABLE %s RENAME COLUMN %s TO %s", table, at, name)}}
	}
	return draft{kind: "rename table", honest: true, needsAllow: true, harmful: true, statements: []string{fmt.Sprintf("ALTER TABLE %s RENAME TO %s", table, name)}}
}

func dropColumn(t *rapid.T, w *world) draft {
	table := pick(t, "table", w.tables...)
	at := pick(t, "column", table.columns...)
	return draft{kind: "drop column", harmful: true, statements: []string{fmt.Sprintf("ALTER TABLE %s DROP COLUMN %s", table, at)}}
}

// dropObject drops something that exists.
func dropObject(t *rapid.T, w *world) draft {
	var drops []draft
	for _, table := range w.all() {
		drops = append(drops, draft{kind: "drop table", harmful: true, statements: []string{"DROP TABLE " + table.sql}})
		for i, index := range table.indexes {
			for j, other := range table.indexes {
				index.implied = index.implied || i != j && other.unique && other.when == "" && other.terms == index.terms
			}
			drops = append(drops, draft{kind: "drop index", honest: !index.unique, harmful: index.unique && !index.implied, statements: []string{"DROP INDEX " + index.sql}})
		}
		for _, trigger := range table.triggers {
			drops = append(drops, draft{kind: "drop trigger", honest: true, needsAllow: true, harmful: true, statements: []string{"DROP TRIGGER " + trigger.sql}})
		}
	}
	for _, view := range w.views {
		drops = append(drops, draft{kind: "drop view", honest: true, needsAllow: true, harmful: true, statements: []string{"DROP VIEW IF EXISTS " + view.sql}})
	}

	return pick(t, "dropped", drops...)
}

func changeRows(t *rapid.T, w *world) draft {
	table := pick(t, "table", w.tables...)
	plain := table.stored()
	at := pick(t, "column", plain...)
	switch pick(t, "change", "insert", "update", "delete", "replace", "misspelt") {
	case "insert":
		return draft{kind: "insert rows", statements: []string{table.insert(t)}}
	case "update":
		return draft{kind: "update rows", statements: []string{fmt.Sprintf("UPDATE %s SET %s = %s", table, at, table.value(t, at))}}
	case "delete":
		return draft{kind: "delete rows", statements: []string{fmt.Sprintf("DELETE FROM %s WHERE %s = %s", table, at, table.value(t, at))}}
	case "replace":
		return draft{kind: "replace rows", statements: []string{strings.Replace(table.insert(t), "INSERT", "INSERT OR REPLACE", 1)}}
	}

	return draft{kind: "misspelt name in an update", harmful: true, statements: []string{fmt.Sprintf(`UPDATE %s SET %s = "no such name"`, table, at)}}
}

// conditionalFile creates what exists already, or drops what does not exist.
func conditionalFile(t *rapid.T, w *world) draft {
	table := pick(t, "table", w.tables...)
	statements := []string{strings.Replace(table.create(table.sql), "CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1), "DROP INDEX IF EXISTS no_such_index"}
	for _, index := range table.indexes {
		statements = append(statements, strings.Replace(index.create(table.sql), "INDEX", "INDEX IF NOT EXISTS", 1))
	}
	for _, trigger := range table.triggers {
		statements = append(statements, strings.Replace(trigger.create(), "TRIGGER", "TRIGGER IF NOT EXISTS", 1))
	}
	return draft{kind: "create what is there", honest: true, statements: statements}
}

// overAnother creates, if it does not exist, what exists as something else.
func overAnother(t *rapid.T, w *world) draft {
	name, table := w.name(t), pick(t, "table", w.tables...)
	at := table.columns[0]
	twins := [][2]string{
		{fmt.Sprintf("CREATE TABLE %s (a, b)", name), fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s (a, c)", name)},
		{fmt.Sprintf("CREATE TABLE %s (a UNIQUE)", name), fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s (a)", name)},
		{fmt.Sprintf("CREATE INDEX %s ON %s (%s)", name, table, at), fmt.Sprintf("CREATE INDEX IF NOT EXISTS %s ON %s (%s DESC)", name, table, at)},
		{fmt.Sprintf("CREATE VIEW %s AS SELECT 1 AS a", name), fmt.Sprintf("CREATE VIEW IF NOT EXISTS %s AS SELECT 2 AS a", name)},
		{fmt.Sprintf("CREATE TRIGGER %s AFTER INSERT ON %s BEGIN SELECT 1; END", name, table),
			fmt.Sprintf("CREATE TRIGGER IF NOT EXISTS %s AFTER INSERT ON %s BEGIN SELECT 2; END", name, table)},
	}
	twin := pick(t, "over", twins...)
	return draft{kind: "create over another", harmful: true, target: twin[:1], statements: twin[1:]}
}

// soup returns a few unrelated statements.
func soup(t *rapid.T, w *world) draft {
	var statements []string
	for range 1 + uniform(t, 5, "statements") {
		table, other := pick(t, "table", w.tables...), pick(t, "other", w.all()...)
		statements = append(statements, pick(t, "statement",
			table.insert(t), "DROP TABLE IF EXISTS "+other.sql, "CREATE TABLE x AS SELECT * FROM "+other.sql, fmt.Sprintf("INSERT INTO %s SELECT * FROM x", other),
			fmt.Sprintf("ALTER TABLE x RENAME TO %s", other), fmt.Sprintf("ALTER TABLE %s RENAME TO x", other), "PRAGMA defer_foreign_keys = ON",
			other.create(other.sql), other.create("x"), "DELETE FROM "+other.sql, fmt.Sprintf("ALTER TABLE %s ADD COLUMN extra", table),
			fmt.Sprintf("ALTER TABLE %s DROP COLUMN %s", table, table.columns[len(table.columns)-1]), "PRAGMA legacy_alter_table = ON",
			fmt.Sprintf("UPDATE %s SET %s = %s", table, table.columns[0], table.columns[0]),
			fmt.Sprintf("CREATE TRIGGER x AFTER DELETE ON %s BEGIN DELETE FROM %s; END", table, other),
		))
	}

	return draft{kind: "soup", statements: statements}
}
