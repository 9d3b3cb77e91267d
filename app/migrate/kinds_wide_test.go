package migrate_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/migrate"
)

// TestWidestTables rebuilds tables with as many columns as D1 allows: nothing that compares their rows may read a column more.
func TestWidestTables(t *testing.T) {
	keys := map[string]string{
		"no key":               "",
		"a key of text":        ", PRIMARY KEY (c0)",
		"the number of a row":  ", PRIMARY KEY (c1)",
		"a key of two columns": ", PRIMARY KEY (c1, c0)",
	}
	for key, clause := range keys {
		t.Run(key, func(t *testing.T) {
			columns := "c0 text, c1 integer," + repeated(d1.MaxColumns-2, func(i int) string { return fmt.Sprintf("c%d text", i+2) }, ",") + clause
			names := repeated(d1.MaxColumns, numberedName, ",")
			files := map[string]string{
				"0000_base.sql": "CREATE TABLE wide (" + columns + ");\nINSERT INTO wide (c0, c1, c99) VALUES ('a', 7, 'x'), ('b', 9, 'y');",
				"0001_x.sql": "CREATE TABLE n (" + columns + ");\nINSERT INTO n (" + names + ") SELECT " + names + " FROM wide;\n" +
					"DROP TABLE wide;\nALTER TABLE n RENAME TO wide;",
			}
			db := memory(t)
			base := map[string]string{"0000_base.sql": files["0000_base.sql"]}
			_, err := engine(t, db, folder(base), migrate.Options{}).Apply(t.Context())
			require.NoError(t, err)

			made := engine(t, db, folder(files), migrate.Options{})
			plan, err := made.Plan(t.Context())
			require.NoError(t, err)
			require.NoError(t, plan.Err())
			_, err = made.Apply(t.Context())

			require.NoError(t, err)
			assert.Equal(t, []string{"a7x", "b9y"}, column(t, db, "SELECT c0 || c1 || c99 FROM wide ORDER BY c0"))
		})
	}
}
