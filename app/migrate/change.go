package migrate

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Change is one thing that differs between two schemas, or that a statement does to rows.
type Change struct {
	Sign   string `json:"sign"`             // "+", "~" or "-"
	What   string `json:"what"`             // "column user.image"
	Detail string `json:"detail,omitempty"` // "6 columns", "text → integer"
	Risk   Risk   `json:"risk"`
}

// String is the change as a person reads it: "+ table generation_asset (6 columns)".
func (c Change) String() string {
	if c.Detail == "" {
		return c.Sign + " " + c.What
	}
	return c.Sign + " " + c.What + " (" + c.Detail + ")"
}

// compare lists what makes one schema into the other: tables with what is in them, then indexes, views and triggers.
func compare(before, after schema) []Change {
	var changes []Change
	for _, name := range keys(before.tables, after.tables) {
		changes = append(changes, compareTable(before.tables[name], after.tables[name])...)
	}
	for _, name := range keys(before.others, after.others) {
		was, had := before.others[name]
		is, has := after.others[name]
		if had && has && was == is {
			continue
		}
		if had && after.tables[key(was.table)] == nil && was.kind != "view" ||
			has && before.tables[key(is.table)] == nil && strings.HasPrefix(name, "sqlite_autoindex_") {
			continue // said with its table
		}
		changes = append(changes, compareOther(was, is, had, has))
	}
	return changes
}

func compareTable(was, is *table) []Change {
	switch {
	case was == nil:
		return []Change{{"+", "table " + is.name, count(len(is.columns), "column"), Additive}}
	case is == nil:
		return []Change{{"-", "table " + was.name, count(len(was.columns), "column"), Irreversible}}
	}
	var changes []Change
	for _, column := range was.columns {
		name := "column " + is.name + "." + column.name
		if now, kept := is.column(column.name); !kept {
			changes = append(changes, Change{"-", name, column.definition, Irreversible})
		} else if now.definition != column.definition {
			changes = append(changes, Change{"~", name, column.definition + " → " + now.definition, Rebuild})
		}
	}
	for _, column := range is.columns {
		if _, old := was.column(column.name); !old {
			name := "column " + is.name + "." + column.name
			changes = append(changes, Change{"+", name, column.definition, column.addition()})
		}
	}
	changes = append(changes, compareLists("foreign key of "+is.name, texts(was.parents), texts(is.parents))...)
	return append(changes, compareLists("constraint of "+is.name, was.clauses, is.clauses)...)
}

// addition is the risk of adding the column to a table that exists: without a value for it, inserts that don't know it
// fail.
func (c column) addition() Risk {
	says := func(words string) bool { return strings.Contains(c.definition, words) }
	if says("not null") && !says("default ") && !says("generated ") {
		return DestructiveRisk
	}
	return Additive
}

func compareLists(what string, was, is []string) []Change {
	var changes []Change
	for _, text := range was {
		if !slices.Contains(is, text) {
			changes = append(changes, Change{"-", what, text, Rebuild})
		}
	}
	for _, text := range is {
		if !slices.Contains(was, text) {
			changes = append(changes, Change{"+", what, text, Rebuild})
		}
	}
	return changes
}

func compareOther(was, is other, had, has bool) Change {
	switch {
	case !had:
		return Change{"+", is.kind + " " + is.name, place(is), Additive}
	case has:
		return Change{"~", is.kind + " " + is.name, place(is), Rebuild}
	case was.kind == "view":
		return Change{"-", "view " + was.name, "", DestructiveRisk}
	}
	return Change{"-", was.kind + " " + was.name, place(was), Rebuild}
}

// place tells where an index or trigger belongs: "on user email", "on user".
func place(o other) string {
	switch o.kind {
	case "view":
		return ""
	case "trigger":
		return "on " + o.table
	}
	return strings.NewReplacer(" ( ", "(", " , ", ", ", " )", ")").Replace(o.definition)
}

func texts(parents []parent) []string {
	list := make([]string, len(parents))
	for i, parent := range parents {
		list[i] = parent.text
	}
	sort.Strings(list)
	return list
}

// keys are the names of either, sorted.
func keys[V any](one, other map[string]V) []string {
	var names []string
	for name := range one {
		names = append(names, name)
	}
	for name := range other {
		if _, both := one[name]; !both {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
