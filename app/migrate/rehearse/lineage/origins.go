package lineage

import (
	"context"
	"slices"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/rehearse/shadow"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// origin is the target's column from which a column of the file's own table was copied, and the affinities with which
// its values were stored on the way. It is empty if they come from several columns.
type origin struct {
	table, column string // by their old names, in lower case
	Affinities    []string
}

// Copies are a file's copies so far, and the origins of the columns that they wrote.
type Copies struct {
	*shadow.Replica
	db      d1.Database // where the file is run
	line    *Lineage
	Made    map[string]bool // the file's own tables and views
	List    []Copy
	Origins map[string]map[string]origin // by the file's own tables and columns, by present names
}

// NewCopies starts before the first statement.
func NewCopies(r *shadow.Replica, db d1.Database, line *Lineage) *Copies {
	return &Copies{Replica: r, db: db, line: line, Made: map[string]bool{}, Origins: map[string]map[string]origin{}}
}

// columnsOf reads the names and types of a table's columns.
func (p *Copies) columnsOf(ctx context.Context, table string) ([]schema.Column, error) {
	if table == "" {
		return nil, nil
	}
	result, err := d1.Query(ctx, p.db, "SELECT name, type FROM pragma_table_info("+sqltext.Literal(table)+")")
	if err != nil {
		return nil, err
	}

	var columns []schema.Column
	var name, declared string
	err = result.Each("the columns of "+table, func() {
		columns = append(columns, schema.Column{Name: name, DeclaredType: sqltext.Fold(declared)})
	}, &name, &declared)
	return columns, err
}

// RecordStatement records what a statement did, and its copy if it is one.
func (p *Copies) RecordStatement(ctx context.Context, done sqltext.Action, copy *Copy) error {
	if done.Verb == sqltext.Creates && done.Table != "" {
		p.Made[sqltext.Fold(done.Table)] = true
	}
	p.recordNames(done)
	if copy == nil {
		return nil
	}
	return p.recordCopy(ctx, *copy)
}

// recordCopy records the origins of the columns that a copy wrote.
func (p *Copies) recordCopy(ctx context.Context, c Copy) error {
	p.List = append(p.List, c)
	into, err := p.columnsOf(ctx, c.To)
	if err != nil {
		return err
	}
	read, err := p.columnsOf(ctx, c.From)
	if err != nil {
		return err
	}
	targets := c.Columns
	if len(targets) == 0 {
		for _, column := range into {
			targets = append(targets, sqltext.Fold(column.Name))
		}
	}

	if p.Origins[c.To] == nil {
		p.Origins[c.To] = map[string]origin{}
	}
	for i, source := range c.sources(read) {
		if i == len(targets) {
			break
		}
		at := slices.IndexFunc(into, func(column schema.Column) bool { return sqltext.Fold(column.Name) == targets[i] })
		if at < 0 {
			continue
		}
		found := p.originOf(c.From, source)
		if before, copied := p.Origins[c.To][targets[i]]; copied {
			found.Affinities = append(found.Affinities, before.Affinities...)
			if before.table != found.table || before.column != found.column {
				found = origin{}
			}
		}
		found.Affinities = append(slices.Clone(found.Affinities), into[at].Affinity())
		p.Origins[c.To][targets[i]] = found
	}
	return nil
}

// originOf returns the origin of a table's column by present names.
func (p *Copies) originOf(table, column string) origin {
	old := p.line.OldNames[table]
	if old == "" {
		return p.Origins[table][column]
	}
	for _, pair := range p.line.columns[old] {
		if pair[1] == column {
			return origin{table: old, column: pair[0]}
		}
	}
	return origin{}
}

// recordNames moves origins to the names that tables and columns have after a statement.
func (p *Copies) recordNames(done sqltext.Action) {
	table := sqltext.Fold(done.Table)
	switch done.Verb {
	case sqltext.DropsTable:
		delete(p.Origins, table)
	case sqltext.RenamesTable:
		p.Origins[sqltext.Fold(done.To)] = p.Origins[table]
		delete(p.Origins, table)
		for i := range p.List {
			p.List[i].To = schema.RenameName(p.List[i].To, done.Table, sqltext.Fold(done.To))
		}
	case sqltext.RenamesColumn:
		if found, copied := p.Origins[table][sqltext.Fold(done.From)]; copied {
			p.Origins[table][sqltext.Fold(done.To)] = found
			delete(p.Origins[table], sqltext.Fold(done.From))
		}
	}
}

// KeepsValues reports whether a rebuilt table's column was copied from itself.
func (p *Copies) KeepsValues(s Survivor, pair [2]string) bool {
	found := p.Origins[s.Present][pair[1]]
	return found.table == s.Old && found.column == pair[0]
}

// Read reads a statement that copies, before it runs; nil if it is another.
func (p *Copies) Read(ctx context.Context, s d1sql.Statement) (*Copy, error) {
	found, copies := readCopy(s)
	if !copies {
		return nil, nil
	}

	if len(found.Columns) == 0 && sqltext.ActionOf(s).Verb != sqltext.Creates {
		columns, err := p.columnsOf(ctx, found.To)
		if err != nil {
			return nil, err
		}
		for _, column := range columns {
			found.Columns = append(found.Columns, sqltext.Fold(column.Name))
		}
	}
	found.Old = p.line.OldNames[found.From]
	found.Direct = !p.line.Altered
	for _, word := range sqltext.Words(found.query) {
		if old := p.line.OldNames[word]; old != "" && (p.line.Written[old] || p.Modified[old]) || old == "" && p.Made[word] {
			found.Direct = false
		}
	}

	return &found, nil
}
