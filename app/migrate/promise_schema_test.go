package migrate_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/d1"
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
	twin      *reference // whose values it has often, without a foreign key of its own
}

type modelled struct {
	ident
	key          string // how the primary key is: rowid, autoincrement, int, text, pair or none
	columns      []field
	names        *world // of its columns
	uniques      [][]ident
	pairs        []pair
	checks       []string
	strict       bool
	withoutRowid bool
	indexes      []index
	triggers     []trigger
	fullText     *searchIndex
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
	reads  *modelled // in a subquery; may be nil
}

type view struct {
	ident
	query string
	reads []*modelled
	into  *trigger // INSTEAD OF INSERT
	over  string   // the view that it reads
}

type world struct {
	tables []*modelled
	texts  []*modelled // full-text tables
	chain  []*modelled // tables of which each has a trigger that writes to the next
	views  []view
	used   map[string]bool
	prone  map[string]bool // names that a new column would take in a view, trigger or CHECK
	takes  []taking        // columns that take them
	quoted bool            // a text is in double quotes, which no file may repeat
	counts []*modelled     // tables whose row numbers a view shows
}

func drawWorld(t *rapid.T) *world {
	w := &world{used: map[string]bool{}, prone: map[string]bool{"true": true}}
	for range 1 + uniform(t, 4, "tables") {
		w.tables = append(w.tables, w.table(t))
	}
	for _, table := range w.tables {
		w.refer(t, table)
		w.index(t, table)
	}
	if chance(t, 3, "full text") {
		w.search(t)
	}

	for _, table := range w.tables {
		if chance(t, 3, "trigger") {
			w.trigger(t, table)
		}
	}

	if chance(t, 3, "view") {
		w.view(t)
	}
	if chance(t, 10, "chain") {
		w.chained(t)
	}
	if chance(t, 2, "prone") {
		w.captured(t)
	}
	return w
}

func (w *world) table(t *rapid.T) *modelled {
	made := &modelled{ident: w.name(t), key: pick(t, "key", "rowid", "rowid", "autoincrement", "text", "text", "text", "pair", "int", "none")}
	made.strict = chance(t, 4, "strict")
	made.withoutRowid = (made.key == "text" || made.key == "pair" || made.key == "int") && chance(t, 3, "without rowid")
	local := &world{used: map[string]bool{}}
	made.names = local
	switch made.key {
	case "rowid", "autoincrement":
		made.columns = append(made.columns, field{ident: local.only(t, "id"), kind: "integer"})
	case "int":
		made.columns = append(made.columns, field{ident: local.only(t, "id"), kind: "int"})
	case "text":
		made.columns = append(made.columns, field{ident: local.only(t, "id"), kind: "text", notNull: !chance(t, 3, "null key"),
			collate: pick(t, "key's collation", "", "", "NOCASE", "RTRIM")})
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
		made.generated = pick(t, "expression", "lower("+of.sql+")", "coalesce("+of.sql+", '')", "length("+of.sql+")", of.sql+" IS NULL",
			"abs("+of.sql+")", of.sql+" LIKE "+pattern(t), of.sql+" || "+plain[0].sql)
		made.stored, made.kind = chance(t, 2, "stored"), "text"
		if in.strict {
			made.kind = "any"
		}
		return made
	}

	made.notNull = chance(t, 4, "not null")
	if made.notNull && !chance(t, 4, "no default") || chance(t, 4, "default") {
		made.fallback = defaultOf(t, made.kind)
	}
	if chance(t, 6, "check") {
		made.check = pick(t, "check", "length("+made.sql+") < 50", made.sql+" IS NULL OR typeof("+made.sql+") <> 'null'", made.sql+" <> 'forbidden'",
			made.sql+" NOT LIKE "+pattern(t), made.sql+" NOT GLOB "+pattern(t), made.sql+" <> "+cmp.Or(made.fallback, "0"))
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

// pattern draws a LIKE or GLOB pattern, some of which are longer than D1 takes.
func pattern(t *rapid.T) string {
	return pick(t, "pattern", "'a%'", "'*a'", literalOf(strings.Repeat("x", d1.MaxPattern-1+uniform(t, 3, "length"))), literalOf(strings.Repeat("é", d1.MaxPattern/2)+"%"))
}

// patternTooLong reports whether a statement has a pattern that D1 does not take.
func patternTooLong(sql string) bool {
	for part := range strings.SplitSeq(sql, "'") {
		if len(part) > d1.MaxPattern && (strings.HasPrefix(part, "xx") || strings.HasPrefix(part, "éé")) {
			return true
		}
	}
	return false
}

// stored returns the columns that accept values.
func (m *modelled) stored() []field {
	return slices.DeleteFunc(slices.Clone(m.columns), func(c field) bool { return c.generated != "" })
}

func (w *world) index(t *rapid.T, on *modelled) {
	for range uniform(t, 3, "indexes") {
		at := pick(t, "indexed", on.columns...)
		made := index{ident: w.name(t), unique: chance(t, 4, "unique")}
		made.terms = pick(t, "terms", at.sql, at.sql+" DESC", at.sql+" COLLATE NOCASE", "lower("+at.sql+")", at.sql+", "+on.columns[0].sql, at.sql+" GLOB "+pattern(t))
		one := on.key != "pair" && on.key != "none"
		byKey := one && (at.name == on.columns[0].name || strings.HasSuffix(made.terms, ", "+on.columns[0].sql))
		made.implied = (byKey || at.unique) && !strings.HasPrefix(made.terms, "lower") && !strings.HasSuffix(made.terms, "NOCASE") && !strings.Contains(made.terms, " GLOB ")
		if chance(t, 4, "partial") {
			made.when = pick(t, "predicate", at.sql+" IS NOT NULL", at.sql+" > 'm'", at.sql+" LIKE "+pattern(t))
		}
		on.indexes = append(on.indexes, made)
	}
}
