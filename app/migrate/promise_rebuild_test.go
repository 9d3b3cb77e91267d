package migrate_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// Rebuilds of tables by the recipes that people and tools use, honest and damaged.

// rebuild is the plan of one, to be rendered by a recipe, and damaged before.
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

// rebuilt picks a table, and more often one that others refer to.
func (w *world) rebuilt(t *rapid.T) *modelled {
	for range 2 {
		if table := pick(t, "rebuilt", w.tables...); len(w.children(table)) > 0 {
			return table
		}
	}
	return pick(t, "rebuilt", w.tables...)
}

// around are the statements that drop what reads the table, and those that make it again.
func (r *rebuild) around() (before, after []string) {
	for _, view := range r.w.views {
		if r.viewsToo && slices.Contains(view.reads, r.from) {
			before, after = append(before, "DROP VIEW "+view.sql), append(after, view.create()...)
		}
	}
	for _, table := range r.w.tables {
		for _, trigger := range table.triggers {
			if r.otherTriggers && table != r.from && trigger.writes == r.from {
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
	return list
}

func (r *rebuild) copy(into, from string) string {
	if r.star {
		return fmt.Sprintf("%s INTO %s SELECT * FROM %s%s", r.verb, into, from, r.where)
	}
	return fmt.Sprintf("%s INTO %s (%s) SELECT %s FROM %s%s", r.verb, into, joined(r.into), strings.Join(r.values, ", "), from, r.where)
}

// aside is SQLite's and drizzle-kit's recipe: a new table, filled, takes the old one's name.
func (r *rebuild) aside() []string {
	before, after := r.around()
	return slices.Concat(before, []string{
		r.to.create("`__new_table`"), r.copy("`__new_table`", r.from.sql), "DROP TABLE " + r.from.sql, "ALTER TABLE `__new_table` RENAME TO " + r.from.sql,
	}, r.again(), after)
}

// inPlace copies the rows away and back, so that children that only refer are left alone.
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
		list = append(list, loose.aside()...)
	}
	list = append(list, r.aside()...)
	for _, child := range children {
		list = append(list, newRebuild(r.w, child).aside()...)
	}
	return list
}

// keepingRows copies cascading children's rows away, and back when the table is there again.
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

// honestly renders the rebuild by a recipe that keeps the children that the table has.
func (r *rebuild) honestly(t *rapid.T) (string, []string) {
	children := r.w.children(r.from)
	cascading := false
	var tables []*modelled
	for _, child := range children {
		switch child.at.parent.onDelete {
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
	switch {
	case len(children) == 0 && chance(t, 3, "in place"):
		return "in place", r.inPlace()
	case len(children) == 0:
		return "aside", r.aside()
	case !cascading:
		return "in place, with children", r.inPlace()
	case slices.ContainsFunc(tables, func(m *modelled) bool { return len(m.triggers) > 0 }) || chance(t, 2, "with children"):
		return "with children", r.withChildren(tables)
	}
	return "keeping rows", r.keepingRows(tables)
}

// reshapes are changes of a table that take nothing from what it accepts.
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
	kind, statements := r.honestly(t)
	return draft{kind: "rebuild " + kind, honest: true, statements: statements}
}

// damage spoils a rebuild, and reports whether what it does is refused whatever the rows.
var damages = map[string]func(t *rapid.T, r *rebuild) (done, harmful bool){
	"columns swapped": func(t *rapid.T, r *rebuild) (bool, bool) {
		n := len(r.values)
		if n < 3 {
			return false, false
		}
		r.values[n-1], r.values[n-2] = r.values[n-2], r.values[n-1]
		return true, false
	},
	"columns in another order, by star": func(t *rapid.T, r *rebuild) (bool, bool) {
		n := len(r.to.columns)
		if n < 3 || len(r.from.stored()) != n {
			return false, false
		}
		r.to.columns[n-1], r.to.columns[n-2] = r.to.columns[n-2], r.to.columns[n-1]
		r.star = true
		return true, false
	},
	"column forgotten": func(t *rapid.T, r *rebuild) (bool, bool) {
		n := len(r.values)
		if n < 3 || len(r.from.stored()) != len(r.from.columns) {
			return false, false
		}
		r.values, r.into, r.to.columns = r.values[:n-1], r.into[:n-1], r.to.columns[:n-1]
		r.to.uniques, r.to.checks, r.indexes = nil, nil, nil
		return true, true
	},
	"column not copied": func(t *rapid.T, r *rebuild) (bool, bool) {
		n := len(r.values)
		if n < 2 {
			return false, false
		}
		r.values, r.into = r.values[:n-1], r.into[:n-1]
		return true, false
	},
	"name misspelt": func(t *rapid.T, r *rebuild) (bool, bool) {
		r.values[len(r.values)-1] = `"no such name"`
		return true, true
	},
	"unique forgotten": func(t *rapid.T, r *rebuild) (bool, bool) {
		done := len(r.to.uniques) > 0
		r.to.uniques = nil
		for i := range r.to.columns {
			done = done || r.to.columns[i].unique
			r.to.columns[i].unique = false
		}
		return done, done
	},
	"unique index forgotten": func(t *rapid.T, r *rebuild) (bool, bool) {
		left := slices.DeleteFunc(slices.Clone(r.indexes), func(i index) bool { return i.unique && !i.implied })
		done := len(left) < len(r.indexes)
		r.indexes = left
		return done, done
	},
	"check forgotten": func(t *rapid.T, r *rebuild) (bool, bool) {
		done := len(r.to.checks) > 0
		r.to.checks = nil
		for i := range r.to.columns {
			done = done || r.to.columns[i].check != ""
			r.to.columns[i].check = ""
		}
		return done, done
	},
	"collation forgotten": func(t *rapid.T, r *rebuild) (bool, bool) {
		done := false
		for i := range r.to.columns {
			done = done || r.to.columns[i].collate != ""
			r.to.columns[i].collate = ""
		}
		return done, done
	},
	"trigger forgotten": func(t *rapid.T, r *rebuild) (bool, bool) {
		done := len(r.triggers) > 0
		r.triggers = nil
		return done, done
	},
	"strict forgotten": func(t *rapid.T, r *rebuild) (bool, bool) {
		done := r.to.strict
		r.to.strict = false
		return done, done
	},
	"key forgotten": func(t *rapid.T, r *rebuild) (bool, bool) {
		done := r.to.key == "text" || r.to.key == "pair" || r.to.key == "rowid"
		r.to.key, r.to.withoutRowid = "none", false
		return done, done
	},
	"not null added": func(t *rapid.T, r *rebuild) (bool, bool) {
		last := &r.to.columns[len(r.to.columns)-1]
		if last.notNull || last.generated != "" || len(r.to.columns) == 1 {
			return false, false
		}
		last.notNull = true
		return true, true
	},
	"check added": func(t *rapid.T, r *rebuild) (bool, bool) {
		last := r.to.columns[len(r.to.columns)-1]
		r.to.checks = append(slices.Clone(r.to.checks), fmt.Sprintf("%s <> 'a'", last))
		return true, true
	},
	"misspelt check added": func(t *rapid.T, r *rebuild) (bool, bool) {
		r.to.checks = append(slices.Clone(r.to.checks), `"no such name" <> 'a'`)
		return true, true
	},
	"unique added": func(t *rapid.T, r *rebuild) (bool, bool) {
		last := r.to.columns[len(r.to.columns)-1]
		r.to.uniques = append(slices.Clone(r.to.uniques), []ident{last.ident})
		return !last.unique, !last.unique && len(r.to.columns) > 1
	},
	"rows filtered": func(t *rapid.T, r *rebuild) (bool, bool) {
		r.where = " WHERE " + r.values[0] + " > 1"
		return true, false
	},
	"rows limited":  func(t *rapid.T, r *rebuild) (bool, bool) { r.where = " LIMIT 1"; return true, false },
	"rows ignored":  func(t *rapid.T, r *rebuild) (bool, bool) { r.verb = "INSERT OR IGNORE"; return true, false },
	"rows replaced": func(t *rapid.T, r *rebuild) (bool, bool) { r.verb = "INSERT OR REPLACE"; return true, false },
	"values changed": func(t *rapid.T, r *rebuild) (bool, bool) {
		n := len(r.values) - 1
		r.values[n] = pick(t, "expression", "lower("+r.values[n]+")", "coalesce("+r.values[n]+", 'a')", r.values[n]+" || ''", "NULL", "'a'", "CAST("+r.values[n]+" AS integer)")
		return true, false
	},
	"type changed": func(t *rapid.T, r *rebuild) (bool, bool) {
		last := &r.to.columns[len(r.to.columns)-1]
		last.kind = pick(t, "kind", "integer", "text", "real")
		return true, false
	},
	"views left":          func(t *rapid.T, r *rebuild) (bool, bool) { r.viewsToo = false; return len(r.w.views) > 0, false },
	"other triggers left": func(t *rapid.T, r *rebuild) (bool, bool) { r.otherTriggers = false; return true, false },
	"children not minded": func(t *rapid.T, r *rebuild) (bool, bool) { return len(r.w.children(r.from)) > 0, false },
	"foreign keys dropped": func(t *rapid.T, r *rebuild) (bool, bool) {
		done := false
		for i := range r.to.columns {
			done = done || r.to.columns[i].parent != nil
			r.to.columns[i].parent = nil
		}
		return done, false
	},
}

func damagedRebuild(t *rapid.T, w *world) draft {
	r := newRebuild(w, w.rebuilt(t))
	kind := pick(t, "damage", slices.Sorted(maps.Keys(damages))...)
	done, harmful := damages[kind](t, r)
	if !done {
		return draft{}
	}
	_, statements := r.honestly(t)
	if statements == nil || kind == "children not minded" {
		statements = pick(t, "recipe", r.aside, r.inPlace, func() []string { return append([]string{"PRAGMA defer_foreign_keys = ON"}, r.aside()...) })()
	}
	return draft{kind: "damaged rebuild, " + kind, harmful: harmful, statements: statements}
}

// renameAside gives the old table another name first, so that everything that reads it follows it there.
func renameAside(t *rapid.T, w *world) draft {
	r := newRebuild(w, w.rebuilt(t))
	statements := []string{fmt.Sprintf("ALTER TABLE %s RENAME TO __old", r.from), r.to.create(r.from.sql), r.copy(r.from.sql, "__old"), "DROP TABLE __old"}
	return draft{kind: "rebuild, renamed aside", statements: append(statements, r.again()...)}
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
