package migrate_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// What stands beside the tables of a drawn schema: full-text tables, triggers, views.

// searchIndex is what distinguishes a full-text table.
type searchIndex struct {
	options     string
	of          *modelled // whose content it indexes; nil if it has its own, or none
	rows, asked []string
}

// indexAgain fills a full-text table from the content that it indexes.
const indexAgain = "INSERT INTO search (search) VALUES ('rebuild')"

// shadowNames are the names of an fts5 table "search", and of the tables in which it keeps its content.
var shadowNames = []string{"search", "search_data", "search_config", "search_content", "search_idx", "search_docsize"}

// search adds an fts5 table with its own content, another table's, or none.
func (w *world) search(t *rapid.T) {
	if slices.ContainsFunc(shadowNames, func(name string) bool { return w.used[name] }) {
		return
	}
	for _, name := range shadowNames {
		w.used[name] = true
	}
	of := pick(t, "texts of", w.tables...)
	made := &modelled{ident: ident{"search", "search"}, columns: []field{{ident: ident{"words", "words"}}}}
	w.texts = append(w.texts, made)

	switch kind := pick(t, "full text", "own", "own", "external", "external", "external", "contentless"); {
	case kind == "external" && of.indexable():
		w.external(t, made, of)
	case kind == "contentless":
		made.fullText = &searchIndex{
			options: "words, content=''", rows: []string{"INSERT INTO search (rowid, words) VALUES (1, 'red shoes')", "INSERT INTO search (rowid, words) VALUES (2, 'a')"},
			asked: []string{"SELECT rowid FROM search WHERE search MATCH 'shoes'", "INSERT INTO search (rowid, words) VALUES (3, 'green')"},
		}
	default:
		made.fullText = &searchIndex{
			options: "words", rows: []string{"INSERT INTO search (words) VALUES ('red shoes')", "INSERT INTO search (words) VALUES ('blue hat')"},
			asked: []string{"SELECT words FROM search WHERE search MATCH 'shoes'", "INSERT INTO search (words) VALUES ('green')"},
		}
		if chance(t, 2, "kept") {
			of.triggers = append(of.triggers, trigger{w.name(t),
				fmt.Sprintf("AFTER INSERT ON %s BEGIN INSERT INTO search (words) VALUES (new.%s); END", of, of.columns[len(of.columns)-1]), made, nil})
		}
	}
}

// indexable reports whether an fts5 table can have the table's last column as its content. It takes not every name.
func (m *modelled) indexable() bool {
	at := m.columns[len(m.columns)-1]
	plain := !strings.HasPrefix(at.sql, "`") && !strings.HasPrefix(at.sql, "[") && !strings.ContainsAny(at.name, "'$%")
	return plain && at.generated == "" && at.name != "rowid" && at.name != "rank" && !m.withoutRowid
}

// contentOptions are the options of an fts5 table over the table's last column.
func (m *modelled) contentOptions() string {
	options := quoted(m.columns[len(m.columns)-1].name) + ", content=" + literalOf(m.name)
	if m.key == "rowid" || m.key == "autoincrement" {
		options += ", content_rowid=" + literalOf(m.columns[0].name)
	}
	return options
}

// external makes a full-text table over another table's content, most often kept up to date by triggers.
func (w *world) external(t *rapid.T, made, of *modelled) {
	at, number := of.columns[len(of.columns)-1], "rowid"
	if of.key == "rowid" || of.key == "autoincrement" {
		number = of.columns[0].sql
	}
	made.columns[0].ident = ident{at.name, quoted(at.name)}
	made.fullText = &searchIndex{of: of, options: of.contentOptions(), asked: []string{
		fmt.Sprintf("SELECT %s FROM search WHERE search MATCH 'a'", quoted(at.name)), "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)",
	}}

	switch pick(t, "kept", "triggers", "triggers", "rebuild", "not") {
	case "rebuild":
		made.fullText.rows = []string{indexAgain}
	case "triggers":
		put := fmt.Sprintf("INSERT INTO search (rowid, %s) VALUES (new.%s, new.%s);", quoted(at.name), number, at)
		take := fmt.Sprintf("INSERT INTO search (search, rowid, %s) VALUES ('delete', old.%s, old.%s);", quoted(at.name), number, at)
		for event, body := range map[string]string{"INSERT": put, "DELETE": take, "UPDATE": take + " " + put} {
			name := "search_" + strings.ToLower(event)
			of.triggers = append(of.triggers, trigger{ident{name, name}, fmt.Sprintf("AFTER %s ON %s BEGIN %s END", event, of, body), made, nil})
		}
		slices.SortFunc(of.triggers, func(a, b trigger) int { return strings.Compare(a.name, b.name) })
	}
}

// searched reports whether a full-text table indexes a table's content.
func (w *world) searched(m *modelled) bool {
	return slices.ContainsFunc(w.texts, func(text *modelled) bool { return text.fullText.of == m })
}

func (w *world) trigger(t *rapid.T, on *modelled) {
	into := pick(t, "written", w.tables...)
	if into == on || len(into.stored()) == 0 {
		return
	}

	event := pick(t, "event", "INSERT", "UPDATE", "DELETE")
	row := "new"
	if event == "DELETE" {
		row = "old"
	}
	target, source := into.stored()[len(into.stored())-1], on.columns[len(on.columns)-1]
	body := pick(t, "body",
		fmt.Sprintf("INSERT OR IGNORE INTO %s (%s) VALUES (%s.%s);", into, target, row, source),
		fmt.Sprintf("INSERT OR REPLACE INTO %s (%s) VALUES (%s.%s);", into, target, row, source),
		fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s.%s);", into, into.stored()[0], row, on.columns[0]),
		fmt.Sprintf("UPDATE %s SET %s = %s WHERE 0;", into, target, target),
		fmt.Sprintf("DELETE FROM %s WHERE %s = %s.%s;", into, target, row, source),
		fmt.Sprintf("SELECT count(*) FROM %s WHERE %s = %s.%s;", into, target, row, source))
	if event == "UPDATE" && chance(t, 2, "of a column") {
		event += " OF " + on.stored()[0].sql
	}
	when := pick(t, "when", "", "", fmt.Sprintf(" WHEN %s.%s IS NOT NULL", row, source), fmt.Sprintf(" WHEN %s.%s LIKE %s", row, source, pattern(t)))
	on.triggers = append(on.triggers, trigger{w.name(t), fmt.Sprintf("%s %s ON %s%s BEGIN %s END", pick(t, "time", "AFTER", "BEFORE"), event, on, when, body), into, nil})
}

// chained adds tables of which each has a trigger that writes to the next, up to D1's limit and past it.
func (w *world) chained(t *rapid.T) {
	links := pick(t, "links", 1, 2, 8, 9, 10, 11)
	for range links + 1 {
		w.chain = append(w.chain, &modelled{ident: w.name(t), key: "none", columns: []field{{ident: ident{"a", "a"}, kind: "text"}}})
	}
	for i, on := range w.chain[:links] {
		on.triggers = []trigger{{w.name(t), fmt.Sprintf("AFTER INSERT ON %s BEGIN INSERT INTO %s VALUES (new.a); END", on, w.chain[i+1]), w.chain[i+1], nil}}
	}
}

// view adds a view, and sometimes one that reads it.
func (w *world) view(t *rapid.T) {
	of := pick(t, "viewed", w.tables...)
	at := pick(t, "column", of.columns...)
	made := view{w.name(t), fmt.Sprintf("SELECT %s AS seen, count(*) AS n FROM %s GROUP BY 1", at, of), []*modelled{of}, nil, ""}
	if other := pick(t, "with", w.tables...); other != of && chance(t, 2, "joined") {
		made.query = fmt.Sprintf("SELECT a.%s AS seen FROM %s AS a JOIN %s AS b", at, of, other)
		made.reads = append(made.reads, other)
	}
	if chance(t, 3, "writable") {
		made.into = &trigger{w.name(t), fmt.Sprintf("INSTEAD OF INSERT ON %s BEGIN UPDATE %s SET %s = %s WHERE 0; END", made, of, of.stored()[0], of.stored()[0]), of, nil}
	}
	w.views = append(w.views, made)
	if chance(t, 2, "viewed again") {
		w.views = append(w.views, made.viewed(w.name(t)))
	}
}

// viewed returns a view that reads this one.
func (v view) viewed(name ident) view {
	return view{name, "SELECT seen FROM " + v.sql + " WHERE seen IS NOT NULL", v.reads, nil, v.name}
}

// read reports whether another view reads this one.
func (w *world) read(v view) bool {
	return slices.ContainsFunc(w.views, func(other view) bool { return other.over == v.name })
}
