package review

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDrift(t *testing.T) {
	cases := map[string]struct {
		refresh, schema string
		want            []string
	}{
		"nothing": {
			refresh: `{"steps":[{"op":"refresh","urn":"` + worker + `"},{"op":"same","urn":"` + database + `"}]}`,
			schema:  `{"migrations":[{"name":"0000_a.sql","state":"applied"}],"drift":null}`,
		},
		"a Worker changed in the dashboard": {
			refresh: `{"steps":[{"op":"update","urn":"` + worker + `","detailedDiff":{"plainTextBindings[0].text":{}}}]}`,
			schema:  `{}`,
			want:    []string{"| update | WorkersScript `worker` | plainTextBindings |"},
		},
		"a Worker deleted by hand": {
			refresh: `{"steps":[{"op":"delete","urn":"` + worker + `"}]}`,
			schema:  `{}`,
			want:    []string{"| **delete** :warning: | WorkersScript `worker` |"},
		},
		"a database that can't be read": {
			refresh: `{"diagnostics":[{"severity":"error","message":"error: 404 on database"}]}`,
			schema:  `{}`,
			want:    []string{"**Errors**\n```\nerror: 404 on database\n```"},
		},
		"a database that can't be reached": {
			refresh: `{}`,
			schema:  ``,
			want:    []string{"**Schema**: it could not be read"},
		},
		"a column added by hand": {
			refresh: `{}`,
			schema:  `{"drift":[{"sign":"+","what":"column user.nick","detail":"text","risk":"additive"}]}`,
			want:    []string{"**Schema: what no applied migration accounts for**\n```\n+ column user.nick (text)\n```"},
		},
		"an applied file edited": {
			refresh: `{}`,
			schema:  `{"refusals":[{"kind":"edited","file":"0001_b.sql","what":"its SHA-256 changed","advice":"Restore it."}],"drift":[]}`,
			want:    []string{"0001_b.sql is edited: its SHA-256 changed. Restore it."},
		},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			refresh, err := Read(strings.NewReader(tc.refresh))
			require.NoError(t, err)
			schema, err := ReadSchema(strings.NewReader(tc.schema))
			require.NoError(t, err)
			text := Drift(refresh, schema)
			for _, want := range tc.want {
				assert.Contains(t, text, want)
			}
			assert.Equal(t, len(tc.want) == 0, text == "", text)
		})
	}
}
