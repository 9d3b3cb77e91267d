package migrate_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// damage damages a rebuild, and reports whether the result must be refused whatever the rows are.
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
		r.to.uniques, r.to.checks, r.to.pairs, r.indexes = nil, nil, nil, nil
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
		done, lost := false, false
		forget := func(columns ...ident) { done, lost = true, lost || !r.keepsUnique(columns) }
		for _, columns := range r.to.uniques {
			forget(columns...)
		}
		r.to.uniques = nil
		for i := range r.to.columns {
			if r.to.columns[i].unique {
				forget(r.to.columns[i].ident)
			}
			r.to.columns[i].unique = false
		}
		return done, lost
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
	"full text not indexed again": func(_ *rapid.T, r *rebuild) (bool, bool) {
		r.notIndexed = true
		return r.w.searched(r.from), false
	},
	"default against a constraint": func(t *rapid.T, r *rebuild) (bool, bool) {
		last := &r.to.columns[len(r.to.columns)-1]
		if last.generated != "" || len(r.to.columns) == 1 {
			return false, false
		}
		last.fallback = pick(t, "default", "'forbidden'", "NULL", "'a'", "99", "(abs(-9223372036854775808))", "(json('x'))")
		return true, false
	},
	"key of another collation": func(t *rapid.T, r *rebuild) (bool, bool) {
		first := &r.to.columns[0]
		was := first.collate
		first.collate = pick(t, "collation", "", "NOCASE", "RTRIM")
		r.verb = pick(t, "verb", "INSERT", "INSERT OR IGNORE", "INSERT OR REPLACE")
		return r.to.key == "text" && first.collate != was, r.to.key == "text"
	},
	"key of another kind": func(_ *rapid.T, r *rebuild) (bool, bool) {
		first, numbered := &r.to.columns[0], r.to.key == "rowid"
		switch {
		case numbered:
			first.kind, r.to.key = "int", "int"
		case r.to.key == "int" && !r.to.withoutRowid:
			first.kind, r.to.key = "integer", "rowid"
		default:
			return false, false
		}
		return true, numbered
	},
	"without rowid": func(_ *rapid.T, r *rebuild) (bool, bool) {
		r.to.withoutRowid = !r.to.withoutRowid
		return r.to.key == "text" || r.to.key == "int", false
	},
	"strict added": func(_ *rapid.T, r *rebuild) (bool, bool) {
		done := !r.to.strict
		r.to.strict = true
		return done, false
	},
	"strict forgotten": func(t *rapid.T, r *rebuild) (bool, bool) {
		done := r.to.strict
		r.to.strict = false
		return done, done
	},
	"key forgotten": func(t *rapid.T, r *rebuild) (bool, bool) {
		done := r.to.key == "text" || r.to.key == "pair" || r.to.key == "rowid" || r.to.key == "int"
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
		implied := slices.ContainsFunc(r.from.indexes, func(i index) bool { return i.unique && strings.Contains(i.terms, last.sql) })
		return !last.unique, !last.unique && !implied && len(r.to.columns) > 1
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
		done = done || len(r.to.pairs) > 0
		r.to.pairs = nil
		return done, false
	},
}

func damagedRebuild(t *rapid.T, w *world) draft {
	of := w.rebuilt(t)
	for range 6 {
		r := newRebuild(w, of)
		kind := pick(t, "damage", slices.Sorted(maps.Keys(damages))...)
		done, harmful := damages[kind](t, r)
		if !done {
			continue
		}
		_, statements := r.honestly(t)
		if statements == nil || kind == "children not minded" {
			statements = pick(t, "recipe", r.aside, r.inPlace, func() []string { return append([]string{"PRAGMA defer_foreign_keys = ON"}, r.aside()...) })()
		}
		return draft{kind: "damaged rebuild, " + kind, harmful: harmful, statements: statements}
	}

	return draft{}
}

// keepsUnique reports whether a unique index over exactly these columns, and over all rows, is made again.
func (r *rebuild) keepsUnique(columns []ident) bool {
	var names []string
	for _, column := range columns {
		names = append(names, column.sql)
	}
	terms := strings.Join(names, ", ")
	slices.Reverse(names)

	return slices.ContainsFunc(r.indexes, func(i index) bool {
		return i.unique && i.when == "" && slices.Contains([]string{terms, terms + " DESC", strings.Join(names, ", ")}, i.terms)
	})
}
