package sqltext

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// What is written in one form is still SQL, and means the same.
func TestCanonical(t *testing.T) {
	cases := map[string]string{
		"a>=1.5e-9 AND b <> X'00FF'":            "a >= 1.5e-9 and b <> x'00FF'",
		"\"order\" IN ( 'A', 'b' )":             "\"order\" in ( 'A' , 'b' )",
		"[plain] = T.`Two Words` - 1":           "plain = t.\"two words\" - 1",
		"j ->> '$.a' = 0xe - 1":                 "j ->> '$.a' = 0xe - 1",
		"\"say \"\"no\"\"\" COLLATE \"NoCase\"": "\"say \"\"no\"\"\" collate nocase",
	}
	for sql, want := range cases {
		tokens, err := Tokens(sql)
		require.NoError(t, err)
		assert.Equal(t, want, Canonical(tokens))

		again, err := d1sql.Split(want)
		require.NoError(t, err)
		assert.Equal(t, want, Canonical(again[0].Tokens), "it stays")
	}
}
