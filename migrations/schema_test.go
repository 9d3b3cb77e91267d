package migrations_test

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/migrate/generate"
	"github.com/addreams/addreams/migrations"
)

// schema.sql is what the files make, so that the next migration is made from it.
func TestSchemaFile(t *testing.T) {
	wanted, err := fs.ReadFile(migrations.FS, "schema.sql")
	require.NoError(t, err)

	draft, err := generate.New(t.Context(), generate.Input{Folder: migrations.FS, Schema: wanted, SchemaName: "schema.sql"})

	require.NoError(t, err, "schema.sql and the files differ, and db generate would have to be told")
	assert.Empty(t, draft.Statements, "schema.sql and the files differ; go run ./app/cmd/addreams db generate NAME would write:\n%s", draft.Text())
}
