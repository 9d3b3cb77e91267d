package migrate_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// Rebuilds of tables by common recipes, honest and damaged.

// rebuild is the plan of a rebuild, which may be damaged before a recipe renders it.
type rebuild struct {
	w             *world
	from, to      *modelled
	into          []ident
	values        []string
	verb, where   string
	star          bool // SELECT *
	indexes       []index
	triggers      []trigger
	viewsToo      bool
	otherTriggers bool
	notIndexed    bool // full-text tables over its content are not filled again
}

func newRebuild(w *world, of *modelled) *rebuild {
	to := *of
	to.columns = slices.Clone(of.columns)
	made := &rebuild{w: w, from: of, to: &to, verb: "INSERT", indexes: of.indexes, triggers: of.triggers, viewsToo: true, otherTriggers: true}
	for _, c := range of.stored() {
		made.into, made.values = append(made.into, c.ident), append(made.values, c.sql)
	}
	return made
}

// rebuilt picks a table, preferably one that a full-text table indexes, or that others refer to.
func (w *world) rebuilt(t *rapid.T) *modelled {
	if len(w.texts) > 0 && w.texts[0].fullText.of != nil && chance(t, 2, "indexed") {
		return w.texts[0].fullText.of
	}
	for range 2 {
		if table := pick(t, "rebuilt", w.tables...); len(w.children(table)) > 0 {
			return table
		}
	}
	return pick(t, "rebuilt", w.tables...)
}

// around returns the statements that drop what reads the table, and those that create it again.
func (r *rebuild) around() (before, after []string) {
	for _, view := range r.w.views {
		if r.viewsToo && slices.Contains(view.reads, r.from) {
			before, after = append(before, "DROP VIEW "+view.sql), append(after, view.create()...)
		}
	}
	for _, table := range r.w.tables {
		for _, trigger := range table.triggers {
			if r.otherTriggers && table != r.from && (trigger.writes == r.from || trigger.reads == r.from) {
				before, after = append(before, "DROP TRIGGER "+trigger.sql), append(after, trigger.create())
			}
		}
	}

	return before, after
}

func (r *rebuild) again() []string {
	var list []string
	for _, index := range r.indexes {
		list = append(list, index.create(r.from.sql))
	}
	for _, trigger := range r.triggers {
		list = append(list, trigger.create())
	}
	for _, text := range r.w.texts {
		if text.fullText.of == r.from && !r.notIndexed {
			list = append(list, indexAgain)
		}
	}
	return list
}

func (r *rebuild) copy(into, from string) string {
	if r.star {
		return fmt.Sprintf("%s INTO %s SELECT * FROM %s%s", r.verb, into, from, r.where)
	}
	return fmt.Sprintf("%s INTO %s (%s) SELECT %s FROM %s%s", r.verb, into, joined(r.into), strings.Join(r.values, ", "), from, r.where)
}

// aside is SQLite's and drizzle-kit's recipe: a new table is filled and takes the old one's name.
func (r *rebuild) aside() []string {
	before, after := r.around()
	return slices.Concat(before, []string{
		r.to.create("`__new_table`"), r.copy("`__new_table`", r.from.sql), "DROP TABLE " + r.from.sql, "ALTER TABLE `__new_table` RENAME TO " + r.from.sql,
	}, r.again(), after)
}

// inPlace copies the rows away and back, so that children without an action are left alone.
func (r *rebuild) inPlace() []string {
	before, after := r.around()
	plain := *r
	plain.where, plain.verb, plain.star = "", "INSERT", false
	plain.values = texts(r.into)
	kept := make([]string, len(r.values))
	for i, value := range r.values {
		kept[i] = value + " AS " + r.into[i].sql
	}
	return slices.Concat([]string{"PRAGMA defer_foreign_keys = ON"}, before, []string{
		fmt.Sprintf("CREATE TABLE __kept AS SELECT %s FROM %s%s", strings.Join(kept, ", "), r.from, r.where),
		"DROP TABLE " + r.from.sql, r.to.create(r.from.sql), plain.copy(r.from.sql, "__kept"), "DROP TABLE __kept",
	}, r.again(), after)
}

// withChildren rebuilds cascading children without their foreign keys, then the table, then the children as they were.
func (r *rebuild) withChildren(children []*modelled) []string {
	list := []string{}
	for _, child := range children {
		loose := newRebuild(r.w, child)
		for i, c := range loose.to.columns {
			if c.parent != nil && c.parent.table == r.from {
				loose.to.columns[i].parent = nil
			}
		}
		loose.to.pairs = slices.DeleteFunc(slices.Clone(child.pairs), func(p pair) bool { return p.table == r.from })
		list = append(list, loose.aside()...)
	}
	list = append(list, r.aside()...)
	for _, child := range children {
		list = append(list, newRebuild(r.w, child).aside()...)
	}

	return list
}

// keepingRows copies cascading children's rows away, and back when the table exists again.
func (r *rebuild) keepingRows(children []*modelled) []string {
	var before, after []string
	for i, child := range children {
		kept := fmt.Sprintf("__rows_%d", i)
		names := joined(child.stored())
		before = append(before, fmt.Sprintf("CREATE TABLE %s AS SELECT %s FROM %s", kept, names, child))
		after = append(after, fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s", child, names, names, kept), "DROP TABLE "+kept)
	}
	return slices.Concat([]string{"PRAGMA defer_foreign_keys = ON"}, before, r.inPlace()[1:], after)
}

func texts[V fmt.Stringer](names []V) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = name.String()
	}
	return list
}

// honestly renders the rebuild by a recipe that keeps the table's children.
func (r *rebuild) honestly(t *rapid.T) (string, []string) {
	children := r.w.children(r.from)
	cascading := false
	var tables []*modelled
	for _, child := range children {
		switch child.by.onDelete {
		case "", "NO ACTION":
		case "CASCADE":
			cascading = true
			if child.of == r.from || len(r.w.children(child.of)) > 0 {
				return "", nil
			}
		default:
			return "", nil
		}
		if !slices.Contains(tables, child.of) {
			tables = append(tables, child.of)
		}
	}
	if cascading && slices.Contains(tables, r.from) {
		return "", nil
	}

	switch {
	case len(children) == 0 && chance(t, 3, "in place"):
		return "in place", r.inPlace()
	case len(children) == 0:
		return "aside", r.aside()
	case !cascading:
		return "in place, with children", r.inPlace()
	case slices.ContainsFunc(tables, func(m *modelled) bool { return len(m.triggers) > 0 || r.w.searched(m) }) || chance(t, 2, "with children"):
		return "with children", r.withChildren(tables)
	}

	return "keeping rows", r.keepingRows(tables)
}

// reshapes are changes of a table after which it still accepts what it accepted.
var reshapes = map[string]func(t *rapid.T, r *rebuild){
	"nothing": func(*rapid.T, *rebuild) {},
	"column added": func(t *rapid.T, r *rebuild) {
		r.to.columns = append(r.to.columns, field{ident: ident{"added", "added"}, kind: "text"})
	},
	"column with a default added": func(t *rapid.T, r *rebuild) {
		r.to.columns = append(r.to.columns, field{ident: ident{"added", "added"}, kind: "text", notNull: true, fallback: "'x'"})
	},
	"not null dropped": func(t *rapid.T, r *rebuild) {
		for i := range r.to.columns[1:] {
			if r.to.key != "pair" {
				r.to.columns[i+1].notNull = false
			}
		}
	},
	"default changed": func(t *rapid.T, r *rebuild) {
		if last := &r.to.columns[len(r.to.columns)-1]; last.generated == "" && last.parent == nil && last.check == "" && last.kind == "text" && !last.unique {
			last.fallback = "'other'"
		}
	},
	"order changed": func(t *rapid.T, r *rebuild) {
		if n := len(r.to.columns); n > 3 {
			r.to.columns[n-1], r.to.columns[n-2] = r.to.columns[n-2], r.to.columns[n-1]
		}
	},
}

func honestRebuild(t *rapid.T, w *world) draft {
	r := newRebuild(w, w.rebuilt(t))
	shape := pick(t, "reshape", slices.Sorted(maps.Keys(reshapes))...)
	reshapes[shape](t, r)
	r.star = shape == "nothing" && len(r.from.stored()) == len(r.from.columns) && chance(t, 2, "star")
	numbered := !slices.ContainsFunc(w.counts, func(m *modelled) bool { return m.key != "rowid" && m.key != "autoincrement" })
	if len(w.counts) == 1 && w.counts[0] == r.from && r.from.key != "rowid" && r.from.key != "autoincrement" && !r.star && len(w.children(r.from)) == 0 && chance(t, 2, "numbers copied") {
		r.into, r.values = slices.Insert(r.into, 0, ident{"rowid", "rowid"}), slices.Insert(r.values, 0, "rowid")
		numbered = true
	}
	kind, statements := r.honestly(t)
	taken := w.prone["added"] && strings.Contains(shape, "added")
	made := draft{kind: "rebuild " + kind + ", " + shape, honest: numbered && !taken && !w.quoted, statements: statements}
	if statements != nil && r.from.key == "none" && r.from.long() != "" && chance(t, 4, "long row") {
		made.target = []string{r.from.long()}
	}
	return made
}

// renameAside renames the old table first, so that everything that reads it follows.
func renameAside(t *rapid.T, w *world) draft {
	r := newRebuild(w, w.rebuilt(t))
	statements := []string{fmt.Sprintf("ALTER TABLE %s RENAME TO __old", r.from), r.to.create(r.from.sql), r.copy(r.from.sql, "__old"), "DROP TABLE __old"}
	statements = append(statements, r.again()...)
	switch pick(t, "how", "plain", "the old way", "without its readers", "put off") {
	case "the old way":
		statements = append([]string{"PRAGMA legacy_alter_table = ON"}, statements...)
	case "without its readers":
		before, after := r.around()
		statements = slices.Concat(before, statements, after)
	case "put off":
		statements = append([]string{"PRAGMA defer_foreign_keys = ON"}, statements...)
	}
	return draft{kind: "rebuild, renamed aside", statements: statements}
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
