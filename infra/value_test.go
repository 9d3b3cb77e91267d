package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// values are, for every key of Pulumi.yaml, values that are taken and values that are not. Those of trustedOrigins,
// publicUrl and schedule have tables of their own.
var values = map[string]struct{ sound, unsound []string }{
	"accountId": {
		[]string{someAccount},
		[]string{"", "me", strings.ToUpper(someAccount), someAccount[1:], someAccount + "0", "8f14e45f-ceea-467f-9b3c-0123456789ab"},
	},
	"databaseName": {[]string{"", "db-2"}, []string{"a", "DB", "my_db", "-db", "db-", "a db", strings.Repeat("a", 64), "addreams-db"}},
	"bucketName":   {[]string{"", "my-bucket"}, []string{"ab", "Bucket", "my.bucket", "my_bucket", "addreams-generations"}},
	"scriptName":   {[]string{"", "my-api"}, []string{"a", "My-Api", "my.api", "-api", "addreams-api"}},
	"bundle":       {nil, []string{"", "nowhere.mjs", "."}},
	"migrations":   {[]string{"../migrations"}, []string{"", "nowhere", "."}},

	"publicUrl":          {[]string{"https://api.example.com"}, []string{"", "http://api.example.com"}},
	"trustedOrigins":     {[]string{"", "https://a.example, https://b.example"}, []string{"*", "https://a.example " + strings.Repeat(",https://b.example", 300)}},
	"qwenRegion":         {[]string{"sg", "bj"}, []string{"", "SG", "eu", "singapore"}},
	"qwenImageModel":     {[]string{"qwen-image-max", "qwen-image-plus", "qwen-image-max-2025-12-30", "qwen-image-3.0-pro"}, []string{"", "qwen-image-edit-max", "Qwen-Image", "qwen image", "qwen_image"}},
	"qwenImageEditModel": {[]string{"qwen-image-edit-max", "qwen-image-edit", "qwen-image-3.0-pro"}, []string{"", "qwen-image-max", "qwen-image", "qwen-image-plus-2026-01-09", "edit!"}},
	"qwenVideoModel":     {[]string{"", "wan2.6-i2v"}, []string{"wan 2.6", "WAN"}},
	"qwenTimeoutMs":      {[]string{"1000", "45000", "300000"}, []string{"", "999", "300001", "-45000", "45s", "45000.5", "1e5", "99999999999999999999"}},

	"qwenImageHosts": {[]string{"", "aliyuncs.com", "aliyuncs.com, images.example.com"}, []string{"https://aliyuncs.com", "*.aliyuncs.com", "ALIYUNCS.com", "aliyuncs", "192.0.2.7", "aliyuncs.com:443"}},

	"betterAuthSecret":    {[]string{someSecret}, []string{"", "short", strings.Repeat("a", 32), strings.Repeat("ab", 32), strings.Repeat(someSecret, 200)}},
	"qwenApiKey":          {[]string{"sk-0123456789", "sandbox"}, []string{"", "sk 0123", "sk-\n0123", "sk-é"}},
	"googleClientId":      {[]string{"1-a.apps.googleusercontent.com"}, []string{"", "GOCSPX-a$Bc_d", "a b"}},
	"googleClientSecret":  {[]string{"GOCSPX-a$Bc_d"}, []string{"", "a b"}},
	"githubClientId":      {[]string{"Iv1.0123456789abcdef"}, []string{"", "a b"}},
	"githubClientSecret":  {[]string{"0123456789abcdef0123456789abcdef01234567"}, []string{"", "a\nb"}},
	"freeCreditsFor":      {[]string{"", "everyone", "verified"}, []string{"Everyone", "nobody", "true", "verified everyone"}},
	"dailyGenerations":    {[]string{"", "0", "1000"}, []string{"-1", "+1", "1.5", "1e3", "01", "many", "99999999999999999999"}},
	"clientAddressSecret": {[]string{"", someSecret}, []string{"short", strings.Repeat("a", 40), "correct horse battery staple 0123456789"}},
	"migrateToken":        {[]string{"", someSecret}, []string{"short", strings.Repeat("a", 40), "correct horse battery staple 0123456789"}},
	"accountTokenKeys": {
		[]string{"", someKeys},
		[]string{"short", "k1:short", strings.Replace(someKeys, "k2:", "k1:", 1), strings.Replace(someKeys, ":", "", 1), "k 1" + someKeys[2:]},
	},
	"secretsFile": {[]string{""}, []string{"../.dev.vars"}},

	"hostname": {
		[]string{"", "api.example.com", "api.xn--bcher-kva.example"},
		[]string{
			"https://api.example.com", "api.example.com/", "api.example.com:443", "API.example.com", "*.example.com", "api..example.com", "api.example.com.",
			"api", "bücher.example", "-api.example.com", "192.0.2.7", "api.acme.workers.dev", strings.Repeat("a", 64) + ".example.com", strings.Repeat("abc.", 64) + "com",
		},
	},
	"zoneId":         {[]string{"", someZone}, []string{"example.com", someAccount, strings.ToUpper(someZone)}},
	"workersDev":     {[]string{"true"}, []string{"false", "yes", "True", "1"}},
	"schedule":       {[]string{"*/5 * * * *"}, []string{"", "* *", "0 3 * * 0"}},
	"smartPlacement": {[]string{"", "true", "false"}, []string{"yes", "smart"}},
	"logpush":        {[]string{"", "true", "false"}, []string{"on"}},
	"observability":  {[]string{"", "true", "false"}, []string{"TRUE"}},
	"rateLimit":      {[]string{"0", "100"}, []string{"-1", "many", "1.5", "1000001", "100/10s"}},

	"protect":          {[]string{"", "true", "false"}, []string{"yes", "no"}},
	"allowDestructive": {[]string{"", "0000_windy_nicolaos.sql"}, []string{"0000_windy_nicolaos", "9999_none.sql", "yes"}},
	"productionIds":    {[]string{"", someDatabase + ", addreams-generations"}, []string{"addreams_db", "id with spaces", someDatabase + "," + strings.ToUpper(someDatabase)}},

	"adoptDatabaseId": {[]string{"", someDatabase}, []string{"addreams-db", someAccount, strings.ToUpper(someDatabase), someAccount + "/" + someDatabase}},
	"adoptBucket":     {[]string{"", "true", "false"}, []string{"addreams-generations"}},
	"adoptScript":     {[]string{"", "false"}, []string{"addreams-api"}},
}

// TestValues proves every setting by its values, on a stack that is sound without them.
func TestValues(t *testing.T) {
	for key, tried := range values {
		for _, value := range tried.sound {
			t.Run(fmt.Sprintf("%s=%.40q", key, value), func(t *testing.T) {
				_, err := declareStack(t, "dev", around(t, key).set(key, value))

				require.NoError(t, err)
			})
		}
		for _, value := range tried.unsound {
			t.Run(fmt.Sprintf("%s=%.40q is refused", key, value), func(t *testing.T) {
				_, err := declareStack(t, "dev", around(t, key).set(key, value))

				require.Error(t, err)
				assert.Regexp(t, mends(key), err, "the command that mends it")
			})
		}
	}
}

// around is a configuration in which a key makes sense.
func around(t *testing.T, key string) configuration {
	t.Helper()
	c := complete(t, "dev")
	switch key {
	case "hostname":
		return c.with("zoneId", someZone).with("publicUrl", "https://api.example.com")
	case "rateLimit":
		return c.with("zoneId", someZone)
	case "googleClientId", "googleClientSecret":
		return c.secret("googleClientId", "id").secret("googleClientSecret", "secret").secret("accountTokenKeys", someKeys)
	case "githubClientId", "githubClientSecret":
		return c.secret("githubClientId", "id").secret("githubClientSecret", "secret").secret("accountTokenKeys", someKeys)
	}
	return c
}

// set gives a key a value, as a secret if it is one, and the public URL with the hostname.
func (c configuration) set(key, value string) configuration {
	if key == "hostname" && value != "" {
		c = c.with("publicUrl", "https://"+value)
	}
	for _, secret := range secretKeys {
		if secret == key {
			return c.secret(key, value)
		}
	}
	return c.with(key, value)
}

// mends matches the command that mends a key: for two of them it is not a setting's.
func mends(key string) string {
	switch key {
	case "bundle":
		return "make bundle|is a directory|no such file"
	case "migrations":
		return "addreams:migrations"
	}
	return `pulumi config (set|rm) (--secret )?addreams:` + key
}

// TestValuesAreOfEveryKey keeps the table to what Pulumi.yaml describes.
func TestValuesAreOfEveryKey(t *testing.T) {
	project, err := workspace.LoadProject("../Pulumi.yaml")
	require.NoError(t, err)

	assert.ElementsMatch(t, slices.Collect(maps.Keys(project.Config)), slices.Collect(maps.Keys(values)), "give each setting a row in values")
	for key, tried := range values {
		assert.NotEmpty(t, tried.unsound, key)
	}
}

// TestUnsoundValuesAreToldTogether gives every key its first value that is refused, all at once.
func TestUnsoundValuesAreToldTogether(t *testing.T) {
	c := complete(t, "dev")
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if key == "migrations" { // without them nobody can tell which may be allowed
			continue
		}
		c = c.set(key, values[key].unsound[len(values[key].unsound)-1])
	}

	_, err := declareStack(t, "dev", c)

	require.Error(t, err)
	for key := range values {
		assert.True(t, key == "migrations" || regexp.MustCompile(mends(key)).MatchString(err.Error()), key)
	}
	assert.ErrorContains(t, err, "nothing was contacted")
}

func TestTokenOfCloudflare(t *testing.T) {
	cases := map[string]struct {
		change func(configuration) configuration
		want   string
	}{
		"with a line break": {secretly("cloudflare:apiToken", "token\n"), "no Cloudflare API token, or one with spaces"},
		"in clear":          {func(c configuration) configuration { delete(c.secrets, "cloudflare:apiToken"); return c }, "cloudflare:apiToken is stored in clear"},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			_, err := declareStack(t, "dev", tc.change(complete(t, "dev")))

			require.ErrorContains(t, err, tc.want)
			assert.ErrorContains(t, err, "pulumi config set --secret cloudflare:apiToken")
			assert.NotContains(t, err.Error(), someSecret)
		})
	}
}
