package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/config/configtest"
)

func TestPullRequest(t *testing.T) {
	cases := map[string]struct {
		change func(configtest.Configuration) configtest.Configuration
		want   string
	}{
		"as ci settings has it": {change: func(c configtest.Configuration) configtest.Configuration { return c }},
		"dev's database":        {plainly("adoptDatabaseId", configtest.Database), "adoptDatabaseId would take over"},
		"dev's bucket":          {plainly("adoptBucket", "true"), "adoptBucket would take over"},
		"dev's database name":   {plainly("databaseName", "addreams-db-dev"), "the names of a pull request's stack carry its number"},
		"dev's bucket name":     {plainly("bucketName", "addreams-generations-dev"), "the names of a pull request's stack carry its number"},
		"another's hostname": {func(c configtest.Configuration) configtest.Configuration {
			return c.With("hostname", "api.example.com").With("zoneId", configtest.Zone)
		}, "hostname would be taken from the stack that has it"},
		"sign-in with Google": {func(c configtest.Configuration) configtest.Configuration {
			return c.Secret("googleClientId", "id").Secret("googleClientSecret", "secret")
		}, "googleClientSecret is a secret that a branch under review must not read"},
		"sign-in with GitHub": {func(c configtest.Configuration) configtest.Configuration {
			return c.Secret("githubClientId", "id").Secret("githubClientSecret", "secret")
		}, "githubClientId is a secret that a branch under review must not read"},
		"a token of migrations": {secretly("migrateToken", configtest.Secret), "migrateToken is a secret"},
		"what must not go":      {plainly("protect", "true"), "protect is on"},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			_, err := readStack("pr-17", tc.change(configtest.Complete(t, "dev")))
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, tc.want)
		})
	}
}
