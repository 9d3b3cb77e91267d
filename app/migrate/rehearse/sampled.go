package rehearse

import (
	"context"
	"fmt"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// noteSampled lists the tables of which the rehearsal had only some rows.
func (t *trial) noteSampled(ctx context.Context) error {
	named := map[string]bool{}
	for _, statement := range t.file.Statements {
		for _, token := range statement.Tokens {
			named[sqltext.Fold(token.Name())] = true
		}
	}
	var tables []string
	var batch []d1.Statement
	for _, old := range schema.Names(t.rehearsal.Schema.Tables, nil) {
		if table := t.rehearsal.Schema.Tables[old]; t.Partial(old) && !table.Virtual && (named[old] || t.lineage.Written[old]) {
			tables = append(tables, old)
			batch = append(batch, d1.SQL("SELECT count(*) AS n FROM "+sqltext.Quote(table.Name)))
		}
	}
	if len(batch) == 0 {
		return nil
	}
	counted, err := t.Target.Batch(ctx, batch...)
	if err != nil {
		return err
	}

	for i, old := range tables {
		var rows int64
		if err := counted[i].Only("the number of rows", &rows); err != nil {
			return err
		}
		t.effect.Notes = append(t.effect.Notes, fmt.Sprintf(
			"rehearsed on %d of %d rows of %s; what the others hold is checked when it is applied, and nothing changes if it does not fit",
			len(t.rowsBefore[old].Rows), rows, t.rehearsal.Schema.Tables[old].Name))
	}

	return nil
}
