package migrate_test

import (
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/migrate/generate"
)

// How the property about db generate changes a schema. The model is changed in place, after the old schema was written.

// mutation is a changed schema, with what the author of the change would say on the command line.
type mutation struct {
	w       *world
	choices generate.Choices
	kinds   []string
	// renamed are SQL statements that give names, to be run on a database that has the new schema otherwise.
	renamed []string
	columns map[string]string // new names of columns, as "table.column", to old ones
	tables  map[string]string // new names of tables to old ones
	loose   map[string]bool   // columns whose values may change, as "table.column": another type, a fill
	// renumbered are tables whose rows are numbered by what was an ordinary column.
	renumbered map[string]bool
}

// mutate changes the world once, twice or three times.
func mutate(t *rapid.T, w *world) *mutation {
	m := &mutation{w: w, columns: map[string]string{}, tables: map[string]string{}, loose: map[string]bool{}, renumbered: map[string]bool{}}
	wanted := 1 + uniform(t, 3, "changes")
	var last []func() // renames come last, because the model keeps the old names
	for range 20 {
		if len(m.kinds) == wanted {
			break
		}
		kind, on := pick(t, "mutation", slices.Sorted(maps.Keys(mutations))...), pick(t, "mutated", w.tables...)
		if strings.HasPrefix(kind, "rename") {
			last = append(last, func() { mutations[kind](t, m, on) })
			m.kinds = append(m.kinds, kind)
			continue
		}
		if mutations[kind](t, m, on) {
			m.kinds = append(m.kinds, kind)
		}
	}

	for _, rename := range last {
		rename()
	}
	slices.Sort(m.kinds)
	return m
}

// name draws a name for a column that the table does not have.
func (m *mutation) name(t *rapid.T, on *modelled) ident {
	local := &world{used: map[string]bool{"id": true, "one": true, "other": true}}
	for _, column := range on.columns {
		local.used[strings.ToLower(column.name)] = true
	}
	for to := range m.columns {
		local.used[strings.ToLower(strings.TrimPrefix(to, on.name+"."))] = true
	}
	return local.name(t)
}

// field draws a column that the table does not have.
func (m *mutation) field(t *rapid.T, on *modelled) field {
	local := &world{used: map[string]bool{}}
	for _, column := range on.columns {
		local.used[strings.ToLower(column.name)] = true
	}
	return local.field(t, on)
}

// fill gives the rows of a table a value, as --fill does.
func (m *mutation) fill(t *rapid.T, on *modelled, at field) {
	m.choices.Fills = append(m.choices.Fills, generate.Fill{Name: generate.Name{Table: on.name, Column: at.name}, Value: m.valueOf(t, on, at)})
	m.loose[on.name+"."+at.name] = true
}

// valueOf draws a value of a type that most constraints take: a constant, or one that reads the row, its table or another.
func (m *mutation) valueOf(t *rapid.T, on *modelled, at field) string {
	other := pick(t, "read", m.w.tables...)
	source := on.columns[0]
	switch at.kind {
	case "integer":
		return pick(t, "fill", "1", "(SELECT count(*) FROM "+on.sql+")", "(SELECT count(*) FROM "+other.sql+")", "coalesce(length("+on.sql+"."+source.sql+"), 0)")
	case "real":
		return "1.5"
	case "blob":
		return "x'01'"
	}
	return pick(t, "fill", "'x'", "'n' || (SELECT count(*) FROM "+on.sql+")", "'of ' || coalesce("+source.sql+", '-')")
}

// free returns the last column that is no key, not generated and refers to nothing.
func (m *modelled) free() *field {
	for i := len(m.columns) - 1; i > 1; i-- {
		if c := &m.columns[i]; c.generated == "" && c.parent == nil {
			return c
		}
	}
	return nil
}

// dropReaders drops the triggers and views that may read or write the table.
func (w *world) dropReaders(of *modelled) {
	w.views = slices.DeleteFunc(w.views, func(v view) bool { return slices.Contains(v.reads, of) || v.into != nil && v.into.writes == of })
	for _, table := range w.tables {
		table.triggers = slices.DeleteFunc(slices.Clone(table.triggers), func(g trigger) bool { return g.writes == of || table == of })
	}
}
