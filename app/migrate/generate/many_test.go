package generate_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/migrate/generate"
)

// many returns a schema of 200 tables that refer to each other, with something behind the columns of some of them.
func many(behind map[int]string) string {
	var text strings.Builder
	for i := range 200 {
		fmt.Fprintf(&text, "CREATE TABLE t%03d (\n\tid text PRIMARY KEY NOT NULL,\n\tname text NOT NULL,\n\tamount integer DEFAULT 0 NOT NULL,\n"+
			"\tcreated_at integer DEFAULT (unixepoch()) NOT NULL,\n\tparent_id text REFERENCES t%03d(id)%s\n);\n", i, max(0, i-1), behind[i])
		fmt.Fprintf(&text, "CREATE INDEX t%03d_name ON t%03d (name);\nCREATE UNIQUE INDEX t%03d_once ON t%03d (name, amount) WHERE amount > 0;\n", i, i, i, i)
	}
	return text.String()
}

// BenchmarkManyTables makes a migration that alters three of 200 tables and rebuilds two.
func BenchmarkManyTables(b *testing.B) {
	folder := fstest.MapFS{"0000_many.sql": {Data: []byte(many(nil))}}
	column, check := ",\n\tnote text", ",\n\tCHECK (amount >= 0)"
	wanted := many(map[int]string{3: column, 50: column, 120: column, 20: check, 77: check})

	for b.Loop() {
		made, err := generate.Make(b.Context(), generate.Input{Folder: folder, Schema: []byte(wanted), SchemaName: "schema.sql"}, "0001_change.sql")
		require.NoError(b, err)
		require.Equal(b, 200, made.Tables)
	}
}
