package migrate_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/migrate/generate"
)

// mutations are changes of a table, or of what hangs on it. They return false if they have nothing to change.
var mutations = map[string]func(t *rapid.T, m *mutation, on *modelled) bool{
	"add column": func(t *rapid.T, m *mutation, on *modelled) bool {
		on.columns = append(on.columns, m.field(t, on))
		return true
	},
	"add column, not null": func(t *rapid.T, m *mutation, on *modelled) bool {
		made := m.field(t, on)
		if made.generated != "" {
			return false
		}
		made.notNull, made.fallback, made.check, made.unique = true, "", "", false
		on.columns = append(on.columns, made)
		m.fill(t, on, made)
		return true
	},
	"add column, time": func(t *rapid.T, m *mutation, on *modelled) bool {
		if on.strict {
			return false
		}
		on.columns = append(on.columns, field{ident: m.name(t, on), kind: "text", notNull: chance(t, 2, "not null"), fallback: "CURRENT_TIMESTAMP"})
		return true
	},
	"drop column": func(t *rapid.T, m *mutation, on *modelled) bool {
		last := len(on.columns) - 1
		if last < 2 {
			return false
		}
		gone := on.columns[last]
		on.columns, on.uniques, on.checks = slices.Clone(on.columns[:last]), nil, nil
		on.indexes = slices.DeleteFunc(slices.Clone(on.indexes), func(i index) bool { return strings.Contains(i.terms+i.when, gone.sql) })
		if !chance(t, 4, "readers stay") {
			m.w.dropReaders(on)
		}
		return true
	},
	"not null": func(t *rapid.T, m *mutation, on *modelled) bool {
		at := on.free()
		if at == nil || at.notNull {
			return false
		}
		at.notNull = true
		if chance(t, 2, "filled") {
			m.fill(t, on, *at)
		}
		return true
	},
	"null": func(_ *rapid.T, _ *mutation, on *modelled) bool {
		at := on.free()
		if at == nil || !at.notNull {
			return false
		}
		at.notNull = false
		return true
	},
	"default": func(t *rapid.T, _ *mutation, on *modelled) bool {
		at := on.free()
		if at == nil {
			return false
		}
		at.fallback = defaultOf(t, at.kind)
		return true
	},
	"type": func(t *rapid.T, m *mutation, on *modelled) bool {
		at := on.free()
		if at == nil || at.fallback != "" {
			return false
		}
		at.kind = pick(t, "type", "text", "integer", "blob")
		m.loose[on.name+"."+at.name] = true
		return true
	},
	"check": func(_ *rapid.T, _ *mutation, on *modelled) bool {
		at := on.free()
		if at == nil {
			return false
		}
		if at.check == "" {
			at.check = "length(" + at.sql + ") < 40"
		} else {
			at.check = ""
		}
		return true
	},
	"collation": func(_ *rapid.T, _ *mutation, on *modelled) bool {
		at := on.free()
		if at == nil || at.collate == "NOCASE" {
			return false
		}
		at.collate = "NOCASE"
		return true
	},
	"unique": func(_ *rapid.T, _ *mutation, on *modelled) bool {
		at := on.free()
		if at == nil {
			return false
		}
		at.unique = !at.unique
		return true
	},
	"foreign key": func(t *rapid.T, _ *mutation, on *modelled) bool {
		for i := range on.columns {
			if p := on.columns[i].parent; p != nil {
				changed := *p
				changed.onDelete = pick(t, "on delete", actions...)
				on.columns[i].parent = &changed
				if chance(t, 4, "none") {
					on.columns[i].parent = nil
				}
				return true
			}
		}
		return false
	},
	"strict or without rowid": func(_ *rapid.T, _ *mutation, on *modelled) bool {
		if on.key != "text" && on.key != "pair" {
			return false
		}
		on.withoutRowid = !on.withoutRowid
		return true
	},
	"key": func(_ *rapid.T, m *mutation, on *modelled) bool {
		switch first := &on.columns[0]; {
		case on.withoutRowid || on.strict:
			return false
		case on.key == "rowid":
			on.key, first.kind = "int", "int"
		case on.key == "int":
			on.key, first.kind = "rowid", "integer"
			m.renumbered[on.name] = true
		case on.key == "none" && !slices.ContainsFunc(on.columns, func(c field) bool { return strings.EqualFold(c.name, "id") }):
			on.key, on.columns = "rowid", append([]field{{ident: ident{"id", "id"}, kind: "integer"}}, on.columns...)
		default:
			return false
		}
		return true
	},
	"order": func(_ *rapid.T, _ *mutation, on *modelled) bool {
		n := len(on.columns)
		if n < 4 || on.columns[n-1].generated != "" || on.columns[n-2].generated != "" {
			return false
		}
		on.columns[n-1], on.columns[n-2] = on.columns[n-2], on.columns[n-1]
		return true
	},
	"indexes": func(t *rapid.T, m *mutation, on *modelled) bool {
		on.indexes = nil
		m.w.index(t, on)
		return true
	},
	"triggers": func(t *rapid.T, m *mutation, on *modelled) bool {
		on.triggers = nil
		m.w.trigger(t, on)
		return true
	},
	"views": func(t *rapid.T, m *mutation, _ *modelled) bool {
		m.w.views = nil
		if chance(t, 2, "another") {
			m.w.view(t)
		}
		return true
	},
	"new table": func(t *rapid.T, m *mutation, _ *modelled) bool {
		made := m.w.table(t)
		m.w.tables = append(m.w.tables, made)
		m.w.refer(t, made)
		m.w.index(t, made)
		return true
	},
	"drop table": func(_ *rapid.T, m *mutation, on *modelled) bool {
		if len(m.w.tables) < 2 || len(m.w.children(on)) > 0 || len(m.w.texts) > 0 {
			return false
		}
		m.w.dropReaders(on)
		m.w.tables = slices.DeleteFunc(m.w.tables, func(table *modelled) bool { return table == on })
		return true
	},
	"rename column": func(t *rapid.T, m *mutation, on *modelled) bool {
		at, to := pick(t, "renamed", on.columns...), m.name(t, on)
		if strings.ContainsAny(at.name+to.name+on.name, ".=") || m.columns[on.name+"."+at.name] != "" {
			return false
		}
		m.renamed = append(m.renamed, fmt.Sprintf("ALTER TABLE %s RENAME COLUMN %s TO %s", on, at, to))
		m.choices.Columns = append(m.choices.Columns, generate.Rename{Name: generate.Name{Table: on.name, Column: at.name}, To: to.name})
		m.columns[on.name+"."+to.name] = at.name
		return true
	},
	"rename table": func(t *rapid.T, m *mutation, on *modelled) bool {
		to := m.w.name(t)
		for _, old := range m.tables {
			if old == on.name {
				return false
			}
		}
		m.renamed = append(m.renamed, fmt.Sprintf("ALTER TABLE %s RENAME TO %s", on, to))
		m.choices.Tables = append(m.choices.Tables, generate.Rename{Name: generate.Name{Table: on.name}, To: to.name})
		m.tables[to.name] = on.name
		return true
	},
}
