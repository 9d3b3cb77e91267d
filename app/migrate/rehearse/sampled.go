package rehearse

import (
	"context"
	"fmt"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// noteSampled lists the tables of which the rehearsal had only some rows.
func (p *trial) noteSampled(ctx context.Context) error {
	named := map[string]bool{}
	for _, statement := range p.file.Statements {
		for _, token := range statement.Tokens {
			named[sqltext.Fold(token.Name())] = true
		}
	}
	var tables []string
	var batch []d1.Statement
	for _, old := range schema.Names(p.rehearsal.Schema.Tables, nil) {
		if table := p.rehearsal.Schema.Tables[old]; p.Partial(old) && !table.Virtual && (named[old] || p.lineage.Written[old]) {
			tables = append(tables, old)
			batch = append(batch, d1.SQL("SELECT count(*) AS n FROM "+sqltext.Quote(table.Name)))
		}
	}
	if len(batch) == 0 {
		return nil
	}
	counted, err := p.Target.Batch(ctx, batch...)
	if err != nil {
		return err
	}

	for i, old := range tables {
		p.effect.Notes = append(p.effect.Notes, fmt.Sprintf(
			"rehearsed on %d of %d rows of %s; what the others hold is checked when it is applied, and nothing changes if it does not fit",
			len(p.rowsBefore[old].Rows), counted[i].Rows[0].Int(0), p.rehearsal.Schema.Tables[old].Name))
	}

	return nil
}
