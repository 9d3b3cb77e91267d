package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPullRequest(t *testing.T) {
	const uuid = "8f14e45f-ceea-467f-9b3c-0123456789ab"
	cases := map[string]struct {
		change func(configuration) configuration
		want   string
	}{
		"as ci settings has it": {change: func(c configuration) configuration { return c }},
		"dev's database":        {plainly("adoptDatabaseId", uuid), "adoptDatabaseId would take over"},
		"dev's bucket":          {plainly("adoptBucket", "true"), "adoptBucket would take over"},
		"dev's Worker":          {plainly("adoptScript", "true"), "adoptScript would take over"},
		"dev's database name":   {plainly("databaseName", "addreams-db-dev"), "a pull request's names carry its number"},
		"dev's bucket name":     {plainly("bucketName", "addreams-generations-dev"), "a pull request's names carry its number"},
		"another's hostname": {func(c configuration) configuration {
			return c.with("hostname", "api.example.com").with("zoneId", someZone)
		}, "hostname would be taken from the stack that has it"},
		"sign-in with Google": {func(c configuration) configuration {
			return c.secret("googleClientId", "id").secret("googleClientSecret", "secret")
		}, "googleClientSecret is a secret that a branch under review must not read"},
		"sign-in with GitHub": {func(c configuration) configuration {
			return c.secret("githubClientId", "id").secret("githubClientSecret", "secret")
		}, "githubClientId is a secret that a branch under review must not read"},
		"a token of migrations": {secretly("migrateToken", someSecret), "migrateToken is a secret"},
		"what must not go":      {plainly("protect", "true"), "protect is on"},
	}
	for situation, c := range cases {
		t.Run(situation, func(t *testing.T) {
			_, err := declareStack(t, "pr-17", c.change(complete(t, "dev")))
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}
