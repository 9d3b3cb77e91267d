//go:build !wasm

package migrate

import (
	"maps"
	"slices"
	"strings"
)

// lineage follows the tables that were there before a file through its renames and drops.
type lineage struct {
	old     map[string]string          // present names to old ones
	columns map[string][][2]string     // of old tables: what their columns were named, and what they are named now
	deleted map[string]bool            // old tables that statements delete rows of
	updated map[string]map[string]bool // old tables, and the columns that statements update, by their present names
	changed map[string]bool            // old tables whose rows a statement, trigger or foreign key may update or delete
	filled  map[string]bool            // present names of tables that the file inserts into
	beside  map[Change]bool            // rows that a statement writes by a trigger or foreign key, or through a view
	// changedAfter are the columns of tables of the file's own, by their present names, that are updated once they are there,
	// and deletion where rows are deleted.
	changedAfter map[string]map[string]bool
	altered      bool            // a table or column was renamed, or a column added
	written      map[string]bool // those, and the ones that rows may be added to
}

func newLineage(before schema) *lineage {
	line := &lineage{
		old: map[string]string{}, columns: map[string][][2]string{}, deleted: map[string]bool{},
		updated: map[string]map[string]bool{}, changed: map[string]bool{}, filled: map[string]bool{}, written: map[string]bool{},
		beside: map[Change]bool{}, changedAfter: map[string]map[string]bool{},
	}
	for name, table := range before.tables {
		line.old[name] = name
		line.updated[name] = map[string]bool{}
		for _, column := range table.columns {
			line.columns[name] = append(line.columns[name], [2]string{key(column.name), key(column.name)})
		}
	}
	return line
}

func (l lineage) known(name string) bool { return l.old[key(name)] != "" }

// follow takes in what a statement did. Renames are made in `before` too, so that they don't read as a drop and an add.
func (l lineage) follow(done action, before schema, effect *Effect) {
	l.followFilled(done)
	old, known := l.old[key(done.table)]
	if !known {
		return
	}
	rows := "rows of " + before.tables[old].name
	effect.touchesRows = effect.touchesRows || done.touchesRows()
	switch done.verb {
	case dropsTable:
		delete(l.old, key(done.table))
	case renamesTable:
		delete(l.old, key(done.table))
		l.old[key(done.to)] = old
	case renamesColumn:
		effect.add(Change{"~", "column " + old + "." + done.from, "renamed to " + done.to, DestructiveRisk})
		for i, pair := range l.columns[old] {
			if pair[1] == key(done.from) {
				l.columns[old][i][1] = key(done.to)
			}
		}
		before.renameColumn(old, done.from, done.to)
	case inserts:
		effect.add(Change{"+", rows, "", Additive})
	case updates:
		effect.add(Change{"~", rows, "", DestructiveRisk})
	case deletes:
		l.deleted[old] = true
		effect.add(Change{"-", rows, "", Irreversible})
	}
}

// followFilled has a table that was filled known by its present name.
func (l lineage) followFilled(done action) {
	table, to := key(done.table), key(done.to)
	switch done.verb {
	case renamesTable:
		l.filled[to], l.changedAfter[to] = l.filled[table], l.changedAfter[table]
		delete(l.filled, table)
		delete(l.changedAfter, table)
	case renamesColumn:
		if changed := l.changedAfter[table]; changed[key(done.from)] {
			changed[to] = true
		}
	case dropsTable:
		delete(l.filled, table)
		delete(l.changedAfter, table)
	}
}

// wrote takes in what a statement was compiled to do to rows.
func (l lineage) wrote(write Write, done action, replaces bool) {
	if write.Inserts {
		l.filled[key(write.Table)] = true
	}
	old, known := l.old[key(write.Table)]
	if !known {
		l.wroteCopy(write, done)
		return
	}
	l.written[old] = true
	if own := key(done.table) == key(write.Table) && write.Within == ""; !own && done.verb != dropsTable {
		l.beside[Change{write.sign(), "rows of " + old, "by a trigger or foreign key, or through a view", Additive}] = true
	}
	if !write.Inserts || replaces {
		l.changed[old] = true
	}
	if write.Column != "" && write.Within == "" && done.verb == updates && key(done.table) == key(write.Table) {
		l.updated[old][key(write.Column)] = true
	}
}

// deletion stands for deleted rows among the columns that are changed.
const deletion = ""

// wroteCopy takes in what a statement was compiled to do to rows of a table of the file's own.
func (l lineage) wroteCopy(write Write, done action) {
	if write.Inserts || done.verb == dropsTable {
		return
	}
	table := key(write.Table)
	if l.changedAfter[table] == nil {
		l.changedAfter[table] = map[string]bool{}
	}
	l.changedAfter[table][key(write.Column)] = true
}

// sign is a change's: rows are added, updated or deleted.
func (w Write) sign() string {
	switch {
	case w.Inserts:
		return "+"
	case w.Column != "":
		return "~"
	}
	return "-"
}

// besides lists the rows that are written beside those of the statements' own tables.
func (l lineage) besides() []Change {
	return slices.SortedFunc(maps.Keys(l.beside), func(a, b Change) int { return strings.Compare(a.What+a.Sign, b.What+b.Sign) })
}

// survivor is a table that was there before a file and is there after it, itself or rebuilt.
type survivor struct {
	old, present string
	rebuilt      bool
	pairs        [][2]string // columns that were there and still are, by both names
}

// survivors are sorted by their present names.
func (l lineage) survivors(before, now schema) []survivor {
	surviving := map[string]survivor{}
	for present, old := range l.old {
		if now.tables[present] != nil {
			surviving[old] = survivor{old: old, present: present}
		}
	}
	for old := range before.tables {
		_, taken := l.old[old] // by another table that was there, renamed
		if _, alive := surviving[old]; !alive && !taken && now.tables[old] != nil {
			surviving[old] = survivor{old: old, present: old, rebuilt: true}
		}
	}

	var list []survivor
	for old, found := range surviving {
		for _, pair := range l.columns[old] {
			if now.tables[found.present].has(pair[1]) {
				found.pairs = append(found.pairs, pair)
			}
		}
		list = append(list, found)
	}
	slices.SortFunc(list, func(a, b survivor) int { return strings.Compare(a.present, b.present) })
	return list
}

// finish compares the schemas.
func (l lineage) finish(before, now schema, effect *Effect) []survivor {
	survivors := l.survivors(before, now)
	was := schema{tables: map[string]*table{}, others: maps.Clone(before.others)}
	alive := map[string]bool{}
	for _, survivor := range survivors {
		alive[survivor.old] = true
		name := before.tables[survivor.old].name
		was.tables[survivor.present] = before.tables[survivor.old]
		switch {
		case survivor.rebuilt:
			effect.add(Change{"~", "table " + name, "rebuilt", Rebuild})
		case survivor.present != survivor.old:
			effect.add(Change{"~", "table " + name, "renamed to " + now.tables[survivor.present].name, DestructiveRisk})
			was.renameTable(survivor.old, survivor.present)
		}
	}
	for _, old := range keys(before.tables, nil) {
		if alive[old] {
			continue
		}
		if now.tables[old] != nil { // another table that was there has taken its name
			effect.add(compareTable(before.tables[old], nil)[0])
			continue
		}
		was.tables[old] = before.tables[old]
	}
	for _, change := range compare(was, now) {
		effect.add(change)
	}
	return survivors
}
