//go:build !wasm

package migrate

import (
	"context"
	"fmt"

	"github.com/addreams/addreams/app/d1"
)

// noteUnseen says of which tables the file was rehearsed on some rows alone.
func (p *performance) noteUnseen(ctx context.Context) error {
	named := map[string]bool{}
	for _, statement := range p.file.Statements {
		for _, token := range statement.Tokens {
			named[key(token.Name())] = true
		}
	}
	var tables []string
	var batch []d1.Statement
	for _, old := range keys(p.rehearsal.now.tables, nil) {
		if table := p.rehearsal.now.tables[old]; p.apart(old) && !table.virtual && (named[old] || p.line.written[old]) {
			tables = append(tables, old)
			batch = append(batch, d1.SQL("SELECT count(*) AS n FROM "+quote(table.name)))
		}
	}
	if len(batch) == 0 {
		return nil
	}
	counted, err := p.target.Batch(ctx, batch...)
	if err != nil {
		return err
	}
	for i, old := range tables {
		p.effect.Notes = append(p.effect.Notes, fmt.Sprintf(
			"rehearsed on %d of %d rows of %s; what the others hold is checked when it is applied, and nothing changes if it does not fit",
			len(p.had[old].rows), counted[i].Rows[0].Int(0), p.rehearsal.now.tables[old].name))
	}
	return nil
}
