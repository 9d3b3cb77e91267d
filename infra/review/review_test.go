package review

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const worker = "urn:pulumi:dev::addreams::cloudflare:index/workersScript:WorkersScript::worker"
const database = "urn:pulumi:dev::addreams::cloudflare:index/d1Database:D1Database::database"

func TestWrite(t *testing.T) {
	cases := map[string]struct {
		preview string
		bundle  Bundle
		want    []string
		never   []string
	}{
		"no change": {
			preview: `{"steps":[{"op":"same","urn":"` + worker + `"}]}`,
			want:    []string{"### `dev`: no change\n"},
			never:   []string{"| same", "Bundle"},
		},
		"a first deployment": {
			preview: `{"steps":[{"op":"create","urn":"urn:pulumi:dev::addreams::pulumi:pulumi:Stack::addreams-dev"},
				{"op":"create","urn":"urn:pulumi:dev::addreams::pulumi:providers:cloudflare::default_5_49_1"},
				{"op":"create","urn":"` + database + `"}]}`,
			want:  []string{"### `dev`: 1 to create\n", "| create | D1Database `database` |  |"},
			never: []string{"Stack", "default_5_49_1"},
		},
		"a changed variable": {
			preview: `{"steps":[{"op":"update","urn":"` + worker + `","diffReasons":["plainTextBindings"],
				"detailedDiff":{"plainTextBindings[1].text":{"kind":"update"}}}]}`,
			want: []string{"`dev`: 1 to update", "| update | WorkersScript `worker` | plainTextBindings |"},
		},
		"a database replaced": {
			preview: `{"steps":[{"op":"create-replacement","urn":"` + database + `"},{"op":"replace","urn":"` + database + `","diffReasons":["name"]},
				{"op":"delete-replaced","urn":"` + database + `"}]}`,
			want:  []string{"1 to replace", "| **replace** :warning: | D1Database `database` | name |"},
			never: []string{"create-replacement"},
		},
		"a pending migration": {
			preview: `{"diagnostics":[{"message":"migrations: 0007_assets.sql  additive  + table asset (6 columns)","severity":"info"},
				{"message":"something else","severity":"info"}]}`,
			want:  []string{"**Migrations**\n```\n0007_assets.sql  additive  + table asset (6 columns)\n```"},
			never: []string{"something else"},
		},
		"a refused preview": {
			preview: `{"diagnostics":[{"message":"0001_x.sql is edited","severity":"error"}]}`,
			want:    []string{"### `dev`: refused", "**Errors**\n```\n0001_x.sql is edited\n```"},
		},
		"a bundle that grows": {
			preview: `{}`, bundle: Bundle{Size: 1_301_200, Base: 1_300_000, Limit: 3 << 20},
			want: []string{"Bundle: 1301 kB after gzip, of 3146 kB on the Free plan (+1.2 kB)"},
		},
		"a bundle too large": {
			preview: `{}`, bundle: Bundle{Size: 4 << 20, Limit: 3 << 20},
			want: []string{"too large for the Free plan"},
		},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			preview, err := Read(strings.NewReader(tc.preview))
			require.NoError(t, err)
			var text strings.Builder
			require.NoError(t, Write(&text, "dev", preview, tc.bundle))
			for _, want := range tc.want {
				assert.Contains(t, text.String(), want)
			}
			for _, never := range tc.never {
				assert.NotContains(t, text.String(), never)
			}
		})
	}
}
