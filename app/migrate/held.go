//go:build !wasm

package migrate

import (
	"context"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// judgeHeld shows new foreign keys by which rows of the file's own hold rows that the running Worker deletes: it doesn't
// know the table, and its DELETE fails.
func (p *performance) judgeHeld(ctx context.Context) error {
	for _, name := range keys(p.now.tables, nil) {
		is := p.now.tables[name]
		was := p.served(name)
		if !p.line.filled[name] {
			continue
		}
		for _, parent := range is.parents {
			if was != nil && slices.ContainsFunc(was.parents, parent.same) || !parent.holds(is) || !p.deletes(parent.table, nil) {
				continue
			}
			holding, err := p.holding(ctx, is, parent, was == nil)
			if err != nil {
				return err
			}
			if holding {
				p.effect.hold(is.name, parent)
			}
		}
	}
	return nil
}

// formerly is what a table was before the file; nil if it is new.
func (p *performance) formerly(name string) *table {
	for _, survivor := range p.survivors {
		if survivor.present == name {
			return p.before.tables[survivor.old]
		}
	}
	return nil
}

// served is what a table was before the file, if the running Worker can know it; nil if this file or a pending one before
// it has made the table.
func (p *performance) served(name string) *table {
	was := p.formerly(name)
	if was == nil || !p.there[key(was.name)] {
		return nil
	}
	return was
}

// holds reports whether a row of the child refuses the deletion of the one that it refers to.
func (p parent) holds(child *table) bool {
	switch p.onDelete {
	case "CASCADE":
		return false
	case "SET NULL":
		return slices.ContainsFunc(p.from, func(name string) bool {
			column, _ := child.column(name)
			return column.notNull || column.primary > 0
		})
	}
	return true
}

// deletes reports whether the running Worker may delete rows of a table: one that it knows, or one that those cascade to.
func (p *performance) deletes(table string, seen []string) bool {
	now := p.now.tables[key(table)]
	if now == nil || slices.Contains(seen, key(table)) {
		return false
	}
	return p.served(key(table)) != nil || slices.ContainsFunc(now.parents, func(up parent) bool {
		return up.onDelete == "CASCADE" && p.deletes(up.table, append(seen, key(table)))
	})
}

// holding reports whether the table has, or on the target may have, a row that refers to another by the foreign key.
func (p *performance) holding(ctx context.Context, child *table, reference parent, isNew bool) (bool, error) {
	terms := make([]string, len(reference.from))
	for i, column := range reference.from {
		terms[i] = quote(column) + " IS NOT NULL"
	}
	result, err := d1.Query(ctx, p.tx, "SELECT EXISTS (SELECT 1 FROM "+quote(child.name)+" WHERE "+strings.Join(terms, " AND ")+") AS found")
	if err != nil {
		return false, err
	}
	all := true
	for _, whole := range p.whole {
		all = all && whole
	}
	return result.Rows[0].Bool(0) || isNew && !all, nil
}

// hold says what a foreign key of a table that has rows does to the running Worker, in the place of what was said of it.
func (e *Effect) hold(child string, reference parent) {
	what, text := "foreign key of "+child, reference.text()
	e.Changes = slices.DeleteFunc(e.Changes, func(c Change) bool { return c.Sign == "+" && c.What == what && c.Detail == text })
	detail := text + ": the rows that the file puts there refuse the deletion of those of " + reference.table +
		"; with ON DELETE CASCADE, or filled by the new Worker, they don't"
	e.add(Change{"+", what, detail, DestructiveRisk})
}
