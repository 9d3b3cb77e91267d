package migrate_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// The schemas that the property draws: a model that renders itself as SQL, so that files can be written for it.

// ident is a name, and how the case writes it.
type ident struct{ name, sql string }

func (i ident) String() string { return i.sql }

type field struct {
	ident
	kind      string // declared type
	notNull   bool
	fallback  string // DEFAULT, as SQL
	check     string
	unique    bool
	collate   string
	generated string // expression
	stored    bool
	parent    *reference
}

type reference struct {
	table              *modelled
	onDelete, onUpdate string
	deferred           bool
}

type modelled struct {
	ident
	key           string // how the primary key is: rowid, autoincrement, text, pair or none
	columns       []field
	uniques       [][]ident
	checks        []string
	strict        bool
	withoutRowid  bool
	indexes       []index
	triggers      []trigger
	virtualParent *modelled // of a full-text table: the table whose rows it holds
}

type index struct {
	ident
	unique      bool
	implied     bool // by a key or constraint of its table: it adds nothing
	terms, when string
}

type trigger struct {
	ident
	body   string // behind the name
	writes *modelled
}

type view struct {
	ident
	query string
	reads []*modelled
	into  *trigger // INSTEAD OF INSERT
}

type world struct {
	tables []*modelled
	texts  []*modelled // full-text tables
	views  []view
	used   map[string]bool
}

func drawWorld(t *rapid.T) *world {
	w := &world{used: map[string]bool{}}
	for range 1 + uniform(t, 4, "tables") {
		w.tables = append(w.tables, w.table(t))
	}
	for _, table := range w.tables {
		w.refer(t, table)
		w.index(t, table)
	}
	if chance(t, 3, "full text") {
		w.fullText(t)
	}
	for _, table := range w.tables {
		if chance(t, 3, "trigger") {
			w.trigger(t, table)
		}
	}
	if chance(t, 3, "view") {
		w.view(t)
	}

	return w
}

func (w *world) table(t *rapid.T) *modelled {
	made := &modelled{ident: w.name(t), key: pick(t, "key", "rowid", "rowid", "autoincrement", "text", "text", "pair", "none")}
	made.strict = chance(t, 5, "strict")
	made.withoutRowid = (made.key == "text" || made.key == "pair") && chance(t, 4, "without rowid")
	used := map[string]bool{}
	local := &world{used: used}
	switch made.key {
	case "rowid", "autoincrement":
		made.columns = append(made.columns, field{ident: local.only(t, "id"), kind: "integer"})
	case "text":
		made.columns = append(made.columns, field{ident: local.only(t, "id"), kind: "text", notNull: !chance(t, 3, "null key")})
	case "pair":
		made.columns = append(made.columns, field{ident: local.only(t, "one"), kind: "text", notNull: true},
			field{ident: local.only(t, "other"), kind: "integer", notNull: true})
	}
	for range 1 + uniform(t, 4, "columns") {
		made.columns = append(made.columns, local.field(t, made))
	}
	if plain := made.stored(); len(plain) > 2 && chance(t, 4, "unique pair") {
		made.uniques = append(made.uniques, []ident{plain[len(plain)-1].ident, plain[len(plain)-2].ident})
	}
	if plain := made.stored(); chance(t, 5, "check") {
		last := plain[len(plain)-1]
		made.checks = append(made.checks, fmt.Sprintf("%s IS NULL OR length(%s) < 60", last, last))
	}

	return made
}

// only returns a name that the caller chooses.
func (w *world) only(t *rapid.T, name string) ident {
	w.used[name] = true
	return written(t, name)
}

func (w *world) field(t *rapid.T, in *modelled) field {
	kinds := []string{"text", "integer", "real", "blob", "numeric", "varchar(20)", ""}
	if in.strict {
		kinds = []string{"text", "integer", "real", "blob", "any"}
	}
	made := field{ident: w.name(t), kind: pick(t, "kind", kinds...)}
	if plain := in.stored(); len(plain) > 0 && chance(t, 6, "generated") {
		of := plain[len(plain)-1]
		made.generated = pick(t, "expression", "lower("+of.sql+")", "coalesce("+of.sql+", '')", "length("+of.sql+")", of.sql+" IS NULL")
		made.stored, made.kind = chance(t, 2, "stored"), "text"
		if in.strict {
			made.kind = "any"
		}
		return made
	}

	made.notNull = chance(t, 4, "not null")
	if made.notNull || chance(t, 4, "default") {
		made.fallback = defaultOf(t, made.kind)
	}
	if chance(t, 6, "check") {
		made.check = pick(t, "check", "length("+made.sql+") < 50", made.sql+" IS NULL OR typeof("+made.sql+") <> 'null'", made.sql+" <> 'forbidden'")
	}
	made.unique = chance(t, 7, "unique")
	made.collate = pick(t, "collation", "", "", "", "", "NOCASE", "RTRIM")
	return made
}

// defaultOf draws a value that the type accepts, in a strict table too.
func defaultOf(t *rapid.T, kind string) string {
	switch kind {
	case "integer":
		return pick(t, "default", "0", "7", "(1 + 1)", "true")
	case "real":
		return pick(t, "default", "0.5", "1e10")
	case "blob":
		return pick(t, "default", "x'00'", "x'ff00'")
	}
	return pick(t, "default", "''", "'x'", "'it''s'", "('a' || 'b')", "CURRENT_TIMESTAMP")
}

// stored returns the columns that accept values.
func (m *modelled) stored() []field {
	return slices.DeleteFunc(slices.Clone(m.columns), func(c field) bool { return c.generated != "" })
}

var actions = []string{"", "NO ACTION", "RESTRICT", "CASCADE", "CASCADE", "SET NULL", "SET DEFAULT"}

// refer makes columns of a table refer to tables with a key of one column, including itself.
func (w *world) refer(t *rapid.T, child *modelled) {
	for i := range child.columns {
		own := &child.columns[i]
		if own.generated != "" || i == 0 && child.key != "none" || child.key == "pair" && i == 1 || chance(t, 2, "is independent") {
			continue
		}
		parent := pick(t, "parent", w.tables...)
		if parent.key == "pair" || parent.key == "none" {
			continue
		}
		own.parent = &reference{parent, pick(t, "on delete", actions...), pick(t, "on update", actions...), chance(t, 5, "deferred")}
		own.kind, own.fallback, own.notNull, own.check, own.collate = parent.columns[0].kind, "", false, "", ""
	}
}

func (w *world) index(t *rapid.T, on *modelled) {
	for range uniform(t, 3, "indexes") {
		at := pick(t, "indexed", on.columns...)
		made := index{ident: w.name(t), unique: chance(t, 4, "unique")}
		made.terms = pick(t, "terms", at.sql, at.sql+" DESC", at.sql+" COLLATE NOCASE", "lower("+at.sql+")", at.sql+", "+on.columns[0].sql)
		one := on.key == "rowid" || on.key == "autoincrement" || on.key == "text"
		byKey := one && (at.name == on.columns[0].name || strings.HasSuffix(made.terms, ", "+on.columns[0].sql))
		made.implied = (byKey || at.unique) && !strings.HasPrefix(made.terms, "lower") && !strings.HasSuffix(made.terms, "NOCASE")
		if chance(t, 4, "partial") {
			made.when = pick(t, "predicate", at.sql+" IS NOT NULL", at.sql+" > 'm'")
		}
		on.indexes = append(on.indexes, made)
	}
}

// shadowNames are the names of an fts5 table "search", and of the tables in which it keeps its content.
var shadowNames = []string{"search", "search_data", "search_config", "search_content", "search_idx", "search_docsize"}

// fullText adds an fts5 table over a table's text, kept up to date by triggers.
func (w *world) fullText(t *rapid.T) {
	of := pick(t, "texts of", w.tables...)
	text := of.columns[len(of.columns)-1]
	name := ident{"search", "search"}

	for _, taken := range shadowNames {
		if w.used[taken] {
			return
		}
	}
	for _, taken := range shadowNames {
		w.used[taken] = true
	}
	made := &modelled{ident: name, columns: []field{{ident: ident{"words", "words"}}}, virtualParent: of}
	w.texts = append(w.texts, made)
	if chance(t, 2, "kept") {
		of.triggers = append(of.triggers, trigger{w.name(t),
			fmt.Sprintf("AFTER INSERT ON %s BEGIN INSERT INTO search (words) VALUES (new.%s); END", of, text), made})
	}
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
		fmt.Sprintf("UPDATE %s SET %s = %s WHERE 0;", into, target, target),
		fmt.Sprintf("SELECT count(*) FROM %s WHERE %s = %s.%s;", into, target, row, source))
	on.triggers = append(on.triggers, trigger{w.name(t), fmt.Sprintf("%s %s ON %s BEGIN %s END", pick(t, "time", "AFTER", "BEFORE"), event, on, body), into})
}

func (w *world) view(t *rapid.T) {
	of := pick(t, "viewed", w.tables...)
	at := pick(t, "column", of.columns...)
	made := view{w.name(t), fmt.Sprintf("SELECT %s AS seen, count(*) AS n FROM %s GROUP BY 1", at, of), []*modelled{of}, nil}
	if other := pick(t, "with", w.tables...); other != of && chance(t, 2, "joined") {
		made.query = fmt.Sprintf("SELECT a.%s AS seen FROM %s AS a JOIN %s AS b", at, of, other)
		made.reads = append(made.reads, other)
	}
	if chance(t, 3, "writable") {
		made.into = &trigger{w.name(t), fmt.Sprintf("INSTEAD OF INSERT ON %s BEGIN UPDATE %s SET %s = %s WHERE 0; END", made, of, of.stored()[0], of.stored()[0]), of}
	}
	w.views = append(w.views, made)
}
