package migrate_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/script"
)

// trusting calls every file a rebuild of the table pair, which has no key: what is wrong with it is left to the guard.
type trusting struct{}

func (trusting) Rehearse(_ context.Context, _ d1.Database, _ []catalog.Entry, plan *migrate.Plan) error {
	for i, step := range plan.Steps {
		if step.State == migrate.Pending {
			guard := migrate.Guard{Before: "pair", After: "pair", Pairs: [][2]string{{"id", "id"}, {"a", "a"}, {"b", "b"}}, Numbered: true}
			plan.Steps[i].Effect = &migrate.Effect{TouchesRows: true, Guards: []migrate.Guard{guard}}
		}
	}
	return nil
}

func (trusting) Compare(context.Context, []script.File, []catalog.Entry) ([]migrate.Change, error) {
	return nil, nil
}

// The guard of a table without a key tells long values apart, and counts duplicates of rows that are half as long as D1 takes.
func TestGuardOfLongValues(t *testing.T) {
	const (
		base = "CREATE TABLE pair (id text, a text, b blob)"
		rows = "INSERT INTO pair VALUES ('p', hex(zeroblob(450000)), zeroblob(900000)), ('p', hex(zeroblob(450000)), zeroblob(900000)), ('q', 'x', zeroblob(1900000)), ('r', NULL, 1.5)"
	)
	const rest = "DROP TABLE pair; ALTER TABLE n RENAME TO pair;"
	cases := map[string]struct{ file, want string }{
		"honest":                    {"INSERT INTO n SELECT * FROM pair ORDER BY id DESC", ""},
		"a long value that changes": {"INSERT INTO n SELECT id, a, iif(id = 'q', zeroblob(1899999), b) FROM pair", "values of the table pair would have changed"},
		"a byte of it":              {"INSERT INTO n SELECT id, iif(rowid = 1, substr(a, 2) || 'x', a), b FROM pair", "values of the table pair would have changed"},
		"a text becomes bytes":      {"INSERT INTO n SELECT id, CAST(a AS BLOB), b FROM pair", "values of the table pair would have changed"},
		"NULL for a long value":     {"INSERT INTO n SELECT id, a, nullif(b, zeroblob(1900000)) FROM pair", "values of the table pair would have changed"},
		"another duplicate": {"INSERT INTO n SELECT * FROM pair WHERE rowid > 1; INSERT INTO n SELECT * FROM pair WHERE id = 'q'",
			"values of the table pair would have changed"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := memory(t)
			files := map[string]string{"0000_base.sql": base + ";"}
			_, err := engine(t, db, folder(files), migrate.Options{}).Apply(t.Context())
			require.NoError(t, err)
			run(t, db, rows)
			files["0001_x.sql"] = "CREATE TABLE n (id text, a text, b blob);\n" + tc.file + ";\n" + rest
			made, err := migrate.New(db, folder(files), migrate.Options{Rehearser: trusting{}, Pause: time.Millisecond})
			require.NoError(t, err)

			_, err = made.Apply(t.Context())

			if tc.want == "" {
				require.NoError(t, err)
				assert.Empty(t, column(t, db, "SELECT name FROM sqlite_master WHERE name LIKE 'addreams_migration_rows%'"))
				return
			}
			assert.ErrorContains(t, err, tc.want)
		})
	}
}
