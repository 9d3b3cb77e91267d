//go:build !wasm

package migrate

import (
	"context"
	"slices"

	"github.com/addreams/addreams/app/d1"
)

// origin is the column of the target that a column of a table of the file's own is copied from, and the affinities that
// its values were stored with on the way. It is empty where they come from several columns.
type origin struct {
	table, column string // by their old names, in lower case
	affinities    []string
}

// copyings are the copies of a file so far, and what they have made of which columns.
type copyings struct {
	*rehearsal
	db      d1.Database // where the file is run
	line    *lineage
	made    map[string]bool // tables and views of the file's own
	list    []copying
	origins map[string]map[string]origin // by table and column of the file's own, under their present names
}

func (r *rehearsal) copyings(db d1.Database, line *lineage) *copyings {
	return &copyings{rehearsal: r, db: db, line: line, made: map[string]bool{}, origins: map[string]map[string]origin{}}
}

// columnsOf reads a table's columns, as far as their names and types go.
func (p *copyings) columnsOf(ctx context.Context, table string) ([]column, error) {
	if table == "" {
		return nil, nil
	}
	result, err := d1.Query(ctx, p.db, "SELECT name, type FROM pragma_table_info("+literal(table)+")")
	columns := make([]column, len(result.Rows))
	for i, row := range result.Rows {
		columns[i] = column{name: row.Text(0), kind: key(row.Text(1))}
	}
	return columns, err
}

// follow takes in what a statement did, and the copy that it was, if it was one.
func (p *copyings) follow(ctx context.Context, done action, copy *copying) error {
	if done.verb == creates && done.table != "" {
		p.made[key(done.table)] = true
	}
	p.followNames(done)
	if copy == nil {
		return nil
	}
	return p.followCopy(ctx, *copy)
}

// followCopy follows values through a copy that was made.
func (p *copyings) followCopy(ctx context.Context, c copying) error {
	p.list = append(p.list, c)
	into, err := p.columnsOf(ctx, c.to)
	if err != nil {
		return err
	}
	read, err := p.columnsOf(ctx, c.from)
	if err != nil {
		return err
	}
	targets := c.columns
	if len(targets) == 0 {
		for _, column := range into {
			targets = append(targets, key(column.name))
		}
	}

	if p.origins[c.to] == nil {
		p.origins[c.to] = map[string]origin{}
	}
	for i, source := range c.sources(read) {
		if i == len(targets) {
			break
		}
		at := slices.IndexFunc(into, func(column column) bool { return key(column.name) == targets[i] })
		if at < 0 {
			continue
		}
		found := p.originOf(c.from, source)
		if before, copied := p.origins[c.to][targets[i]]; copied {
			found.affinities = append(found.affinities, before.affinities...)
			if before.table != found.table || before.column != found.column {
				found = origin{}
			}
		}
		found.affinities = append(slices.Clone(found.affinities), into[at].affinity())
		p.origins[c.to][targets[i]] = found
	}
	return nil
}

// sources are the columns that the copy reads, one for each that it writes; empty where it reads an expression.
func (c copying) sources(read []column) []string {
	var found []string
	for i, item := range c.items {
		if item[len(item)-1].Text != "*" {
			found = append(found, c.plain(i))
			continue
		}
		for _, column := range read {
			found = append(found, key(column.name))
		}
	}
	return found
}

// originOf is the origin of a column of a table by its present name.
func (p *copyings) originOf(table, column string) origin {
	old := p.line.old[table]
	if old == "" {
		return p.origins[table][column]
	}
	for _, pair := range p.line.columns[old] {
		if pair[1] == column {
			return origin{table: old, column: pair[0]}
		}
	}
	return origin{}
}

// followNames keeps origins under the names that tables and columns have after a statement.
func (p *copyings) followNames(done action) {
	table := key(done.table)
	switch done.verb {
	case dropsTable:
		delete(p.origins, table)
	case renamesTable:
		p.origins[key(done.to)] = p.origins[table]
		delete(p.origins, table)
		for i := range p.list {
			p.list[i].to = renameName(p.list[i].to, done.table, key(done.to))
		}
	case renamesColumn:
		if found, copied := p.origins[table][key(done.from)]; copied {
			p.origins[table][key(done.to)] = found
			delete(p.origins[table], key(done.from))
		}
	}
}

// fromItself reports whether a rebuilt table's column has the values that it had.
func (p *copyings) fromItself(s survivor, pair [2]string) bool {
	found := p.origins[s.present][pair[1]]
	return found.table == s.old && found.column == pair[0]
}
