package generate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/migrate/generate"
)

// What is suggested on a command line is what its flag accepts, whatever the names are.
func TestChoicesAreReadAsTheyAreWritten(t *testing.T) {
	odd := rapid.OneOf(rapid.StringMatching(`[a.="' \[\]$\n-]{1,6}`), rapid.StringN(1, 8, -1))

	rapid.Check(t, func(t *rapid.T) {
		table, column, to := odd.Draw(t, "table"), odd.Draw(t, "column"), odd.Draw(t, "to")
		name := generate.Name{Table: table, Column: column}

		renamed, err := generate.ParseRename(generate.Rename{Name: name, To: to}.String())
		require.NoError(t, err)
		assert.Equal(t, generate.Rename{Name: name, To: to}, renamed)

		whole := generate.Rename{Name: generate.Name{Table: table}, To: to}
		renamed, err = generate.ParseTableRename(whole.String())
		require.NoError(t, err)
		assert.Equal(t, whole, renamed)

		for _, drop := range []generate.Name{name, {Table: table}} {
			dropped, err := generate.ParseDrop(drop.String())
			require.NoError(t, err)
			assert.Equal(t, drop, dropped)
		}

		filled, err := generate.ParseFill(name.String() + "='a=b.c'")
		require.NoError(t, err)
		assert.Equal(t, generate.Fill{Name: name, Value: "'a=b.c'"}, filled)
	})
}

func TestChoicesThatCannotBeRead(t *testing.T) {
	for _, text := range []string{"", "a", "a=b", "a.b", ".b=c", "a.=c", "a.b=", "a.b.c=d", "a.b=c.d", `"a.b=c`, `"a".=c`, `a."b"x=c`, `"".b=c`} {
		_, err := generate.ParseRename(text)
		assert.ErrorContains(t, err, "is not TABLE.OLD=NEW, as in user.nm=name", text)
	}
	for _, text := range []string{"", "a", "a=", "=b", "a.b=c", "a=b.c", `"a=b`} {
		_, err := generate.ParseTableRename(text)
		assert.ErrorContains(t, err, "is not OLD=NEW, as in users=user", text)
	}
	for _, text := range []string{"", ".a", "a.", "a.b.c", "a=b", `"a`, `"a"b`} {
		_, err := generate.ParseDrop(text)
		assert.ErrorContains(t, err, "is not TABLE or TABLE.COLUMN, as in user.nm", text)
	}
}
