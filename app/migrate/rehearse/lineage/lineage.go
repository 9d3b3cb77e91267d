// Package lineage follows tables, columns and values through a file: which table of the target became which, what
// wrote to it, and which columns were copied from where. It does not judge what it finds.
package lineage

import (
	"maps"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Lineage follows the tables that existed before a file through its renames and drops.
type Lineage struct {
	OldNames    map[string]string          // present names to old ones
	columns     map[string][][2]string     // of old tables: the old and present names of their columns
	Deleted     map[string]bool            // old tables from which statements delete rows
	Updated     map[string]map[string]bool // the columns of old tables that statements update, by present names
	Changed     map[string]bool            // old tables whose rows a statement, trigger or foreign key may update or delete
	Filled      map[string]bool            // present names of tables that the file inserts into
	sideEffects map[migrate.Change]bool    // rows that are written by a trigger or foreign key, or through a view
	// ChangedAfter are the columns of the file's own tables, by present names, that are updated after they were filled, and
	// Deletion if rows are deleted.
	ChangedAfter map[string]map[string]bool
	Altered      bool            // a table or column was renamed, or a column added
	Written      map[string]bool // those, and old tables that rows may be added to
}

// New starts at the schema before the file.
func New(before schema.Schema) *Lineage {
	line := &Lineage{
		OldNames: map[string]string{}, columns: map[string][][2]string{}, Deleted: map[string]bool{},
		Updated: map[string]map[string]bool{}, Changed: map[string]bool{}, Filled: map[string]bool{}, Written: map[string]bool{},
		sideEffects: map[migrate.Change]bool{}, ChangedAfter: map[string]map[string]bool{},
	}
	for name, table := range before.Tables {
		line.OldNames[name] = name
		line.Updated[name] = map[string]bool{}
		for _, column := range table.Columns {
			line.columns[name] = append(line.columns[name], [2]string{sqltext.Fold(column.Name), sqltext.Fold(column.Name)})
		}
	}

	return line
}

// Known reports whether the table existed before the file, under whatever name.
func (l Lineage) Known(name string) bool { return l.OldNames[sqltext.Fold(name)] != "" }

// RecordStatement records what a statement did. Renames are applied to `before` too, so that they don't look like a
// drop and an add.
func (l Lineage) RecordStatement(done sqltext.Action, before schema.Schema, effect *migrate.Effect) {
	l.recordFilled(done)
	old, known := l.OldNames[sqltext.Fold(done.Table)]
	if !known {
		return
	}

	rows := "rows of " + before.Tables[old].Name
	effect.TouchesRows = effect.TouchesRows || done.TouchesRows()
	switch done.Verb {
	case sqltext.DropsTable:
		delete(l.OldNames, sqltext.Fold(done.Table))
	case sqltext.RenamesTable:
		delete(l.OldNames, sqltext.Fold(done.Table))
		l.OldNames[sqltext.Fold(done.To)] = old
	case sqltext.RenamesColumn:
		effect.Add(migrate.Change{Sign: "~", What: "column " + old + "." + done.From, Detail: "renamed to " + done.To, Risk: migrate.RiskDestructive})
		for i, pair := range l.columns[old] {
			if pair[1] == sqltext.Fold(done.From) {
				l.columns[old][i][1] = sqltext.Fold(done.To)
			}
		}
		before.RenameColumn(old, done.From, done.To)
	case sqltext.Inserts:
		if table := before.Tables[old]; done.Command != "" && table.Module() == "fts5" {
			effect.Add(table.CommandChange(done.Command))
			return
		}
		effect.Add(migrate.Change{Sign: "+", What: rows, Detail: "", Risk: migrate.RiskAdditive})
	case sqltext.Updates:
		effect.Add(migrate.Change{Sign: "~", What: rows, Detail: "", Risk: migrate.RiskDestructive})
	case sqltext.Deletes:
		l.Deleted[old] = true
		effect.Add(migrate.Change{Sign: "-", What: rows, Detail: "", Risk: migrate.RiskIrreversible})
	}
}

// recordFilled keeps what is known of the file's own tables under their present names.
func (l Lineage) recordFilled(done sqltext.Action) {
	table, to := sqltext.Fold(done.Table), sqltext.Fold(done.To)
	switch done.Verb {
	case sqltext.RenamesTable:
		l.Filled[to], l.ChangedAfter[to] = l.Filled[table], l.ChangedAfter[table]
		delete(l.Filled, table)
		delete(l.ChangedAfter, table)
	case sqltext.RenamesColumn:
		if changed := l.ChangedAfter[table]; changed[sqltext.Fold(done.From)] {
			changed[to] = true
		}
	case sqltext.DropsTable:
		delete(l.Filled, table)
		delete(l.ChangedAfter, table)
	}
}

// RecordWrite records a write that a statement was compiled to.
func (l Lineage) RecordWrite(write sqlite.Write, done sqltext.Action, replaces bool) {
	if write.Kind == sqlite.Inserts {
		l.Filled[sqltext.Fold(write.Table)] = true
	}
	old, known := l.OldNames[sqltext.Fold(write.Table)]
	if !known {
		l.recordCopyWrite(write, done)
		return
	}

	l.Written[old] = true
	if own := sqltext.SameName(done.Table, write.Table) && write.Within == ""; !own && (done.Verb != sqltext.DropsTable || write.Within != "") {
		l.sideEffects[migrate.Change{Sign: changeSign(write.Kind), What: "rows of " + old, Detail: "by a trigger or foreign key, or through a view", Risk: migrate.RiskAdditive}] = true
	}
	if write.Kind != sqlite.Inserts || replaces {
		l.Changed[old] = true
	}
	if write.Column != "" && write.Within == "" && done.Verb == sqltext.Updates && sqltext.SameName(done.Table, write.Table) {
		l.Updated[old][sqltext.Fold(write.Column)] = true
	}
}

// Deletion represents deleted rows among the changed columns.
const Deletion = ""

// recordCopyWrite records a write to one of the file's own tables.
func (l Lineage) recordCopyWrite(write sqlite.Write, done sqltext.Action) {
	if write.Kind == sqlite.Inserts || done.Verb == sqltext.DropsTable {
		return
	}
	table := sqltext.Fold(write.Table)
	if l.ChangedAfter[table] == nil {
		l.ChangedAfter[table] = map[string]bool{}
	}
	l.ChangedAfter[table][sqltext.Fold(write.Column)] = true
}

// changeSign returns the sign of a change: rows are added, updated or deleted.
func changeSign(kind sqlite.WriteKind) string {
	return map[sqlite.WriteKind]string{sqlite.Inserts: "+", sqlite.Updates: "~", sqlite.Deletes: "-"}[kind]
}

// SideEffects returns the rows that are written outside the statements' own tables.
func (l Lineage) SideEffects() []migrate.Change {
	return slices.SortedFunc(maps.Keys(l.sideEffects), func(a, b migrate.Change) int { return strings.Compare(a.What+a.Sign, b.What+b.Sign) })
}

// Survivors returns the tables that exist before and after the file, sorted by present names.
func (l Lineage) Survivors(before, now schema.Schema) []Survivor {
	surviving := map[string]Survivor{}
	for present, old := range l.OldNames {
		if now.Tables[present] != nil {
			surviving[old] = Survivor{Old: old, Present: present}
		}
	}
	for old := range before.Tables {
		_, taken := l.OldNames[old] // by another old table that was renamed
		if _, alive := surviving[old]; !alive && !taken && now.Tables[old] != nil {
			surviving[old] = Survivor{Old: old, Present: old, Rebuilt: true}
		}
	}

	var list []Survivor
	for old, found := range surviving {
		for _, pair := range l.columns[old] {
			if now.Tables[found.Present].Has(pair[1]) {
				found.Pairs = append(found.Pairs, pair)
			}
		}
		list = append(list, found)
	}
	slices.SortFunc(list, func(a, b Survivor) int { return strings.Compare(a.Present, b.Present) })
	return list
}

// CompareSchemas adds the changes of the schema to the effect, and returns the survivors.
func (l Lineage) CompareSchemas(before, now schema.Schema, effect *migrate.Effect) []Survivor {
	survivors := l.Survivors(before, now)
	was := schema.Schema{Tables: map[string]*schema.Table{}, Objects: maps.Clone(before.Objects)}
	alive := map[string]bool{}
	for _, survivor := range survivors {
		alive[survivor.Old] = true
		name := before.Tables[survivor.Old].Name
		was.Tables[survivor.Present] = before.Tables[survivor.Old]
		switch {
		case survivor.Rebuilt:
			effect.Add(migrate.Change{Sign: "~", What: "table " + name, Detail: "rebuilt", Risk: migrate.RiskRebuild})
			if loss := before.Tables[survivor.Old].TextLoss(now.Tables[survivor.Present]); loss != "" {
				effect.Add(migrate.Change{Sign: "-", What: "rows of " + name, Detail: loss, Risk: migrate.RiskIrreversible})
			}
			for _, change := range schema.CompareOrder(before.Tables[survivor.Old], now.Tables[survivor.Present]) {
				effect.Add(change)
			}
		case survivor.Present != survivor.Old:
			effect.Add(migrate.Change{Sign: "~", What: "table " + name, Detail: "renamed to " + now.Tables[survivor.Present].Name, Risk: migrate.RiskDestructive})
			was.RenameTable(survivor.Old, survivor.Present)
		}
	}
	for _, old := range schema.Names(before.Tables, nil) {
		if alive[old] {
			continue
		}
		if now.Tables[old] != nil { // another old table has taken its name
			effect.Add(schema.CompareTable(before.Tables[old], nil)[0])
			continue
		}
		was.Tables[old] = before.Tables[old]
	}
	for _, change := range schema.Compare(was, now) {
		effect.Add(change)
	}

	return survivors
}
