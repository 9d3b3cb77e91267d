package config_test

import (
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/config/configtest"
	"github.com/addreams/addreams/infra/names"
	"github.com/addreams/addreams/infra/release"
)

// readStack reads what the program reads before it declares anything.
func readStack(stack string, configuration configtest.Configuration) (config.Stack, error) {
	var read config.Stack

	_, err := configtest.Run(stack, configuration, func(ctx *pulumi.Context) error {
		var invalid error
		read, invalid = config.Read(ctx)
		_, missing := release.Read(read.Release)
		return errors.Join(invalid, missing)
	})
	return read, err
}

func TestReadReportsEveryProblem(t *testing.T) {
	t.Setenv("CLOUDFLARE_API_TOKEN", "")

	_, err := readStack(names.Production, configtest.Committed(t, names.Production))
	require.Error(t, err)
	for _, command := range []string{
		"pulumi config set addreams:accountId <account id>",
		"pulumi config set addreams:publicUrl https://api.example.com",
		"pulumi config set addreams:zoneId <zone id>",
		`pulumi config set --secret addreams:betterAuthSecret "$(openssl rand -base64 32)"`,
		"pulumi config set --secret addreams:qwenApiKey",
		"pulumi config set --secret cloudflare:apiToken",
	} {
		assert.ErrorContains(t, err, command)
	}
	assert.ErrorContains(t, err, "nothing was deployed")
}

func TestReadRefuses(t *testing.T) {
	cases := map[string]struct {
		stack  string
		change func(configtest.Configuration) configtest.Configuration
		want   string
	}{
		"a short cookie key":           {"dev", secretly("betterAuthSecret", "short"), "shorter than 32 characters"},
		"a secret in plain text":       {"dev", plainly("googleClientSecret", configtest.Secret), "googleClientSecret is stored in plain text"},
		"a region of workspaces":       {"dev", plainly("qwenRegion", "de"), "qwenWorkspaceId is missing: region de, Frankfurt, has only hosts of workspaces"},
		"a key for another's host":     {"dev", plainly("qwenBaseUrl", "https://gateway.example.com"), "set qwenForeignHost to true if that is meant"},
		"half of a pair":               {"dev", secretly("githubClientId", "id"), "githubClientSecret is missing beside githubClientId"},
		"token keys of another form":   {"dev", secretly("accountTokenKeys", "k1:"+configtest.Secret), "pulumi config set --secret addreams:accountTokenKeys \"k1:$(openssl rand -base64 32)\""},
		"sign-in without token keys":   {"dev", google, "accountTokenKeys is missing: the tokens of the providers of sign-in would be stored in plain text"},
		"http on a deployed stack":     {"dev", plainly("publicUrl", "http://api.example.com"), "publicUrl is not https"},
		"a public URL with a path":     {"dev", plainly("publicUrl", "https://api.example.com/v1"), "not an origin without path"},
		"a trusted origin with a path": {"dev", plainly("trustedOrigins", "https://a.example, https://b.example/x"), `"https://b.example/x"`},
		"an unknown region":            {"dev", plainly("qwenRegion", "eu"), `qwenRegion is "eu", not sg or bj`},
		"a time-out out of range":      {"dev", plainly("qwenTimeoutMs", "50"), "qwenTimeoutMs is not between"},
		"free credits for others":      {"dev", plainly("freeCreditsFor", "nobody"), `freeCreditsFor is "nobody", not everyone or verified`},
		"a ceiling that is a word":     {"dev", plainly("dailyGenerations", "many"), "dailyGenerations is not a whole number"},
		"a ceiling below none":         {"dev", plainly("dailyGenerations", "-1"), "dailyGenerations is not a whole number"},
		"a short proxy's key":          {"dev", secretly("clientAddressSecret", "short"), "clientAddressSecret is shorter than 32 characters"},
		"an account that is a name":    {"dev", plainly("accountId", "me"), "accountId is missing, or not 32 hex digits"},
		"a hostname without zone":      {"dev", plainly("hostname", "api.example.com"), "zoneId is missing"},
		"a Worker nobody can reach":    {"dev", plainly("workersDev", "false"), "nobody could reach the Worker"},
		"another hostname's URL":       {names.Production, plainly("hostname", "x.example.com"), "publicUrl is not the hostname's origin"},
		"a schedule of two fields":     {"dev", plainly("schedule", "* *"), "five fields"},
		"prod unprotected":             {names.Production, plainly("protect", "false"), "protect is off on prod"},
		"prod that is pushed to":       {names.Production, plainly("allowPush", "true"), "allowPush is set for prod"},
		"prod's database on dev":       {"dev", plainly("databaseName", "addreams-db"), "belongs to prod"},
		"prod's id on dev":             {"dev", prodsID, "adoptDatabaseId is \"8f14e45f-ceea-467f-9b3c-0123456789ab\", which belongs to prod"},
		"a secrets file on dev":        {"dev", plainly("secretsFile", "../.dev.vars"), "secretsFile is for stack local only"},
		"no bundle":                    {"dev", plainly("bundle", "nowhere.mjs"), "run `make bundle`"},
		"no migrations":                {"dev", plainly("migrations", "."), "there are no migrations"},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			_, err := readStack(tc.stack, tc.change(configtest.Complete(t, tc.stack)))
			require.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), configtest.Secret)
		})
	}
}

func TestReadAcceptsHosts(t *testing.T) {
	cases := map[string]configtest.Configuration{
		"a workspace in Frankfurt":  configtest.Complete(t, "dev").With("qwenRegion", "de").With("qwenWorkspaceId", "ws-1"),
		"a workspace in Singapore":  configtest.Complete(t, "dev").With("qwenWorkspaceId", "ws-1"),
		"a gateway that is allowed": configtest.Complete(t, "dev").With("qwenBaseUrl", "https://gateway.example.com").With("qwenForeignHost", "true"),
		"an address, not a region":  configtest.Complete(t, "dev").With("qwenRegion", "jp").With("qwenBaseUrl", "https://dashscope.aliyuncs.com"),
	}
	for name, configuration := range cases {
		_, err := readStack("dev", configuration)
		assert.NoError(t, err, name)
	}
}

func google(c configtest.Configuration) configtest.Configuration {
	return c.Secret("googleClientId", "id").Secret("googleClientSecret", configtest.Secret)
}

func plainly(key, value string) func(configtest.Configuration) configtest.Configuration {
	return func(c configtest.Configuration) configtest.Configuration { return c.With(key, value) }
}

func secretly(key, value string) func(configtest.Configuration) configtest.Configuration {
	return func(c configtest.Configuration) configtest.Configuration { return c.Secret(key, value) }
}

func prodsID(c configtest.Configuration) configtest.Configuration {
	return c.With("adoptDatabaseId", configtest.Database).With("productionIds", "other, "+configtest.Database)
}

func TestScheduleSaysTheRightForm(t *testing.T) {
	_, err := readStack("dev", configtest.Complete(t, "dev").With("schedule", "0 3 * * 0"))
	require.ErrorContains(t, err, `schedule has the weekday "0", which Cloudflare refuses: it takes 1 to 7, where 1 is Sunday`)

	for schedule, right := range map[string]string{
		"0 3 * * 0":   "0 3 * * SUN",
		"0 3 * * 0-5": "0 3 * * SUN-FRI",
		"0 3 * * 6,0": "0 3 * * SAT,SUN",
		"0 25 * * 0":  "*/5 * * * *",
		"0 3 * * 8":   "*/5 * * * *",
		"often":       "*/5 * * * *",
	} {
		_, err := readStack("dev", configtest.Complete(t, "dev").With("schedule", schedule))

		assert.ErrorContains(t, err, `pulumi config set addreams:schedule "`+right+`"`, schedule)
	}
}
