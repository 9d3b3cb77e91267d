//go:build !wasm

package migrate

import (
	"context"
	"fmt"
	"slices"

	"github.com/addreams/addreams/app/d1"
)

const noCascade = "Keep the table and add to it; or rebuild it so that its rows never go: under PRAGMA defer_foreign_keys = ON copy " +
	"them away, drop the table, create it under its own name and copy them back, with the children that cascade rebuilt " +
	"before it without their foreign key and after it with it. migrations/README.md has the recipes."

// departure is a DROP TABLE of a table that others refer to. It deletes the rows first, so that a cascade runs over the
// children, and D1 can't put foreign keys off: the PRAGMA does nothing in its transaction.
type departure struct {
	table    string // its name at that moment
	line     int
	children []*bereaved
}

// bereaved is a child of a dropped table, with the rows that it had just before.
type bereaved struct {
	child
	present string // its name since, in lower case; empty if it was dropped as well
	old     string // its name before the file; empty if the file made it
	had     snapshot
	refused bool
}

// watchDrop keeps the children's rows.
func (p *performance) watchDrop(ctx context.Context, table string, line int) error {
	if !p.line.known(table) {
		return nil
	}
	present, err := inspect(ctx, p.tx)
	if err != nil {
		return err
	}
	dropped := &departure{table: table, line: line}
	for _, child := range present.children(table) {
		had, err := snap(ctx, p.tx, present.tables[key(child.table)])
		if err != nil {
			return err
		}
		dropped.children = append(dropped.children, &bereaved{
			child: child, present: key(child.table), old: p.line.old[key(child.table)], had: had,
		})
	}
	if len(dropped.children) > 0 {
		p.drops = append(p.drops, dropped)
	}
	return nil
}

// followDrops follows the children through what a statement did.
func (p *performance) followDrops(done action) {
	for _, dropped := range p.drops {
		for _, child := range dropped.children {
			switch {
			case child.present == "" || child.present != key(done.table):
			case done.verb == dropsTable:
				child.present = ""
			case done.verb == renamesTable:
				child.present = key(done.to)
			}
		}
	}
}

// refuseDrop says for each child with rows what becomes of them.
func (p *performance) refuseDrop(dropped *departure) {
	for _, child := range dropped.children {
		if len(child.had.rows) > 0 {
			p.refuseChild(dropped, child)
		}
	}
}

func (p *performance) refuseChild(dropped *departure, child *bereaved) {
	if child.refused {
		return
	}
	child.refused = true
	what := fmt.Sprintf("DROP TABLE %s would fail, since rows of %s refer to it", dropped.table, child.table)
	if acts(child.onDelete) {
		what = fmt.Sprintf("DROP TABLE %s would run ON DELETE %s on the rows of %s", dropped.table, child.onDelete, child.table)
	}
	p.refusals = append(p.refusals, Refusal{Cascading, p.file.Name, dropped.line, what, noCascade})
}

// judgeDrops refuses the drops that changed rows of children which the file did not put back, and those that leave rows
// with nothing to refer to.
func (p *performance) judgeDrops(ctx context.Context) error {
	for _, dropped := range p.drops {
		for _, child := range dropped.children {
			table := p.now.tables[child.present]
			if table == nil {
				continue
			}
			lost, err := p.lost(ctx, child, table)
			if err != nil {
				return err
			}
			if lost {
				p.refuseChild(dropped, child)
			}
			if refers(table, dropped.table) && p.now.tables[key(dropped.table)] == nil {
				p.dangle(dropped, child, table)
			}
		}
	}
	return nil
}

// lost reports whether a row of the child is not there any more, or not as it was.
func (p *performance) lost(ctx context.Context, child *bereaved, table *table) (bool, error) {
	if !acts(child.onDelete) {
		return false, nil
	}
	is, err := snap(ctx, p.tx, table)
	if err != nil {
		return false, err
	}
	var common []string
	for _, column := range child.had.columns {
		if slices.Contains(is.columns, column) {
			common = append(common, column)
		}
	}
	return missing("", child.had.only(common), is.only(common), child.had.describe()) != nil, nil
}

// dangle deals with a child whose parent is gone: nothing can be written to it any more. That is for the author to allow
// where nothing has been, and refused elsewhere. A child that a pending file makes is taken to have rows.
func (p *performance) dangle(dropped *departure, child *bereaved, table *table) {
	p.broken["table "+table.name] = true
	if acts(child.onDelete) || !p.there[child.old] || len(p.had[child.old].rows) > 0 {
		p.refuseChild(dropped, child)
		return
	}
	child.refused = true
	p.effect.add(Change{"~", "table " + table.name, "refers to " + dropped.table + ", which is gone: takes no rows any more", DestructiveRisk})
}

func refers(child *table, to string) bool {
	return slices.ContainsFunc(child.parents, func(p parent) bool { return key(p.table) == key(to) })
}

// unfinished says why the file's transaction could not be committed: a foreign key whose check was put off.
func (p *performance) unfinished(ctx context.Context, refused *d1.Error) error {
	before := len(p.refusals)
	for _, dropped := range p.drops {
		for _, child := range dropped.children {
			if !acts(child.onDelete) && len(child.had.rows) > 0 {
				p.refuseChild(dropped, child)
			}
		}
	}
	if len(p.refusals) > before {
		return nil
	}
	return p.clarifyEnd(ctx, refused)
}
