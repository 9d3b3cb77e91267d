package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSettingsTellEveryGap(t *testing.T) {
	t.Setenv("CLOUDFLARE_API_TOKEN", "")
	_, err := declareStack(t, production, committed(t, production))
	require.Error(t, err)
	for _, mend := range []string{
		"pulumi config set addreams:accountId <account id>",
		"pulumi config set addreams:publicUrl https://api.example.com",
		"pulumi config set addreams:zoneId <zone id>",
		`pulumi config set --secret addreams:betterAuthSecret "$(openssl rand -base64 32)"`,
		"pulumi config set --secret addreams:qwenApiKey",
		"pulumi config set --secret cloudflare:apiToken",
	} {
		assert.ErrorContains(t, err, mend)
	}
	assert.ErrorContains(t, err, "nothing was contacted")
}

func TestSettingsRefuse(t *testing.T) {
	cases := map[string]struct {
		stack  string
		change func(configuration) configuration
		want   string
	}{
		"a short cookie key":           {"dev", secretly("betterAuthSecret", "short"), "shorter than 32 characters"},
		"a secret in clear":            {"dev", plainly("googleClientSecret", someSecret), "googleClientSecret is stored in clear"},
		"half of a pair":               {"dev", secretly("githubClientId", "id"), "githubClientSecret is missing beside githubClientId"},
		"token keys of another form":   {"dev", secretly("accountTokenKeys", "k1:"+someSecret), "pulumi config set --secret addreams:accountTokenKeys \"k1:$(openssl rand -base64 32)\""},
		"sign-in without token keys":   {"dev", google, "accountTokenKeys is missing: the tokens of Google and GitHub would be stored in clear"},
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
		"another hostname's URL":       {production, plainly("hostname", "x.example.com"), "publicUrl is not the hostname's origin"},
		"a schedule of two fields":     {"dev", plainly("schedule", "* *"), "five fields"},
		"prod unprotected":             {production, plainly("protect", "false"), "protect is off on prod"},
		"prod's database on dev":       {"dev", plainly("databaseName", "addreams-db"), "belongs to prod"},
		"prod's id on dev":             {"dev", prodsID, "adoptDatabaseId is \"8f14e45f-ceea-467f-9b3c-0123456789ab\", which belongs to prod"},
		"a secrets file on dev":        {"dev", plainly("secretsFile", "../.dev.vars"), "secretsFile is for stack local only"},
		"no bundle":                    {"dev", plainly("bundle", "nowhere.mjs"), "run `make bundle`"},
		"no migrations":                {"dev", plainly("migrations", "."), "there are no migrations"},
	}
	for situation, c := range cases {
		t.Run(situation, func(t *testing.T) {
			_, err := declareStack(t, c.stack, c.change(complete(t, c.stack)))
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), someSecret)
		})
	}
}

func TestSettingsFromSecretsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".dev.vars")
	content := "BETTER_AUTH_SECRET=\"" + someSecret + "\"\nQWEN_API_KEY=sandbox\nQWEN_REGION=bj\nGOOGLE_CLIENT_ID=id\nGOOGLE_CLIENT_SECRET=GOCSPX-a$Bc_d\nACCOUNT_TOKEN_KEYS=" + someKeys + "\n"
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))

	got, err := declareStack(t, local, committed(t, local).
		with("secretsFile", file).with("accountId", someAccount).with("publicUrl", "http://localhost:8787").
		secret("cloudflare:apiToken", someSecret))
	require.NoError(t, err)
	bound := boundNames(got["worker"].Inputs)
	assert.Contains(t, bound, "BETTER_AUTH_SECRET")
	for _, element := range revealed(got["worker"].Inputs["secretTextBindings"]).ArrayValue() {
		if text := revealed(element).ObjectValue(); text["name"].StringValue() == "GOOGLE_CLIENT_SECRET" {
			assert.Equal(t, "GOCSPX-a$Bc_d", revealed(text["text"]).StringValue(), "nothing is expanded")
		}
	}
	assert.Contains(t, bound, "GOOGLE_CLIENT_SECRET")
	assert.Contains(t, inClear(t, got["worker"].Inputs), `{"name":"QWEN_REGION","text":"bj"}`)
	assert.NotContains(t, inClear(t, got["worker"].Inputs), someSecret)
}

// someKeys are keys of OAuth tokens.
const someKeys = "k2:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,k1://////////////////////////////////////////8="

func google(c configuration) configuration {
	return c.secret("googleClientId", "id").secret("googleClientSecret", someSecret)
}

func plainly(key, value string) func(configuration) configuration {
	return func(c configuration) configuration { return c.with(key, value) }
}

func secretly(key, value string) func(configuration) configuration {
	return func(c configuration) configuration { return c.secret(key, value) }
}

func prodsID(c configuration) configuration {
	const uuid = "8f14e45f-ceea-467f-9b3c-0123456789ab"
	return c.with("adoptDatabaseId", uuid).with("productionIds", "other, "+uuid)
}
