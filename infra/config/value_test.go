package config_test

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

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/infra/config/configtest"
)

// values has, for every key of Pulumi.yaml, values that are accepted and values that are refused. Those of trustedOrigins,
// publicUrl and schedule have tables of their own.
var values = map[string]struct{ valid, invalid []string }{
	"accountId": {
		[]string{configtest.Account},
		[]string{"", "me", strings.ToUpper(configtest.Account), configtest.Account[1:], configtest.Account + "0", "8f14e45f-ceea-467f-9b3c-0123456789ab"},
	},
	"databaseName": {[]string{"", "db-2"}, []string{"a", "DB", "my_db", "-db", "db-", "a db", strings.Repeat("a", 64), "addreams-db"}},
	"bucketName":   {[]string{"", "my-bucket"}, []string{"ab", "Bucket", "my.bucket", "my_bucket", "addreams-generations"}},
	"scriptName":   {[]string{"", "my-api"}, []string{"a", "My-Api", "my.api", "-api", "addreams-api"}},
	"bundle":       {nil, []string{"", "nowhere.mjs", "."}},
	"migrations":   {[]string{"../../migrations"}, []string{"", "nowhere", "."}},

	"publicUrl":          {[]string{"https://api.example.com"}, []string{"", "http://api.example.com"}},
	"trustedOrigins":     {[]string{"", "https://a.example, https://b.example"}, []string{"*", "https://a.example " + strings.Repeat(",https://b.example", 300)}},
	"qwenRegion":         {[]string{"sg", "bj", "us", "hk"}, []string{"", "SG", "eu", "singapore"}},
	"qwenWorkspaceId":    {[]string{"", "ws-0123456789"}, []string{"WS", "a.b", "-a", "a b", strings.Repeat("a", 64)}},
	"qwenBaseUrl":        {[]string{"", "https://dashscope-intl.aliyuncs.com", "https://ws.eu-central-1.maas.aliyuncs.com/"}, []string{"dashscope.aliyuncs.com", "http://dashscope.aliyuncs.com", "https://gateway.example.com", "https://aliyuncs.com.example.com"}},
	"qwenForeignHost":    {[]string{"", "true", "false"}, []string{"yes"}},
	"qwenImageModel":     {[]string{"qwen-image-max", "qwen-image-plus", "qwen-image-max-2025-12-30", "qwen-image-3.0-pro"}, []string{"", "qwen-image-edit-max", "Qwen-Image", "qwen image", "qwen_image"}},
	"qwenImageEditModel": {[]string{"qwen-image-edit-max", "qwen-image-edit", "qwen-image-3.0-pro"}, []string{"", "qwen-image-max", "qwen-image", "qwen-image-plus-2026-01-09", "edit!"}},
	"qwenVideoModel":     {[]string{"", "wan2.6-i2v"}, []string{"wan 2.6", "WAN"}},
	"qwenTimeoutMs":      {[]string{"1000", "45000", "300000"}, []string{"", "999", "300001", "-45000", "45s", "45000.5", "1e5", "99999999999999999999"}},

	"qwenImageHosts": {[]string{"", "aliyuncs.com", "aliyuncs.com, images.example.com"}, []string{"https://aliyuncs.com", "*.aliyuncs.com", "ALIYUNCS.com", "aliyuncs", "192.0.2.7", "aliyuncs.com:443"}},

	"betterAuthSecret":     {[]string{configtest.Secret}, []string{"", "short", strings.Repeat("a", 32), strings.Repeat("ab", 32), strings.Repeat(configtest.Secret, 200)}},
	"qwenApiKey":           {[]string{"sk-0123456789", "sandbox"}, []string{"", "sk 0123", "sk-\n0123", "sk-é"}},
	"googleClientId":       {[]string{"1-a.apps.googleusercontent.com"}, []string{"", "GOCSPX-a$Bc_d", "a b"}},
	"googleClientSecret":   {[]string{"GOCSPX-a$Bc_d"}, []string{"", "a b"}},
	"githubClientId":       {[]string{"Iv1.0123456789abcdef"}, []string{"", "a b"}},
	"githubClientSecret":   {[]string{"0123456789abcdef0123456789abcdef01234567"}, []string{"", "a\nb"}},
	"freeCreditsFor":       {[]string{"", "everyone", "verified"}, []string{"Everyone", "nobody", "true", "verified everyone"}},
	"signUpCredits":        {[]string{"", "0", "1", "100"}, []string{"-1", "1.5", "01", "many"}},
	"dailyGenerations":     {[]string{"", "0", "1000"}, []string{"-1", "+1", "1.5", "1e3", "01", "many", "99999999999999999999"}},
	"historyRetentionDays": {[]string{"", "0", "365"}, []string{"-1", "1.5", "01", "ever"}},
	"creditPacks":          {[]string{"starter=usd:1000:10:10", "small=jpy:900:5:0, large=jpy:8000:0:60", "none"}, []string{"", "starter", "a=usd:10:1:1,a=usd:20:2:2", "a=usd:0:1:1", "a=usd:10:0:0", "a=USD:10:1:1", "a=usd:10.5:1:1", "a=usd:-1:1:1", "a b=usd:10:1:1", "a=usd:999999999:1:1", "none, a=usd:10:1:1", "NONE"}},
	"stripeSecretKey":      {[]string{"sk_test_0123", "rk_live_0123"}, []string{"", "pk_live_0123", "sk_test_ 0"}},
	"stripeWebhookSecret":  {[]string{"whsec_0123"}, []string{"", "sk_test_0123", "whsec_ 0"}},
	"creditPrices":         {[]string{"", "qwen-image-3.0-pro=2", "wan2.6-i2v:720P=3, wan2.6-i2v:1080P=6"}, []string{"2", "qwen-image-max", "qwen-image-max=0", "qwen-image-max=1.5", "=2", ":720P=2", "wan2.6-i2v:=2", "a=1,a=2", "a=100001", "a=-1"}},
	"clientAddressSecret":  {[]string{"", configtest.Secret}, []string{"short", strings.Repeat("a", 40), "correct horse battery staple 0123456789"}},
	"migrateToken":         {[]string{"", configtest.Secret}, []string{"short", strings.Repeat("a", 40), "correct horse battery staple 0123456789"}},
	"accountTokenKeys": {
		[]string{"", configtest.Keys},
		[]string{"short", "k1:short", strings.Replace(configtest.Keys, "k2:", "k1:", 1), strings.Replace(configtest.Keys, ":", "", 1), "k 1" + configtest.Keys[2:]},
	},
	"secretsFile": {[]string{""}, []string{"../.dev.vars"}},

	"hostname": {
		[]string{"", "api.example.com", "api.xn--bcher-kva.example"},
		[]string{
			"https://api.example.com", "api.example.com/", "api.example.com:443", "API.example.com", "*.example.com", "api..example.com", "api.example.com.",
			"api", "bücher.example", "-api.example.com", "192.0.2.7", "api.acme.workers.dev", strings.Repeat("a", 64) + ".example.com", strings.Repeat("abc.", 64) + "com",
		},
	},
	"zoneId":         {[]string{"", configtest.Zone}, []string{"example.com", configtest.Account, strings.ToUpper(configtest.Zone)}},
	"workersDev":     {[]string{"true"}, []string{"false", "yes", "True", "1"}},
	"schedule":       {[]string{"*/5 * * * *"}, []string{"", "* *", "0 3 * * 0"}},
	"smartPlacement": {[]string{"", "true", "false"}, []string{"yes", "smart"}},
	"logpush":        {[]string{"", "true", "false"}, []string{"on"}},
	"observability":  {[]string{"", "true", "false"}, []string{"TRUE"}},
	"rateLimit":      {[]string{"0", "100"}, []string{"-1", "many", "1.5", "1000001", "100/10s"}},

	"protect":          {[]string{"", "true", "false"}, []string{"yes", "no"}},
	"allowPush":        {[]string{"", "true", "false"}, []string{"yes", "dev"}},
	"allowDestructive": {[]string{"", "0000_windy_nicolaos.sql"}, []string{"0000_windy_nicolaos", "9999_none.sql", "yes"}},
	"productionIds":    {[]string{"", configtest.Database + ", addreams-generations"}, []string{"addreams_db", "id with spaces", configtest.Database + "," + strings.ToUpper(configtest.Database)}},

	"adoptDatabaseId": {[]string{"", configtest.Database}, []string{"addreams-db", configtest.Account, strings.ToUpper(configtest.Database), configtest.Account + "/" + configtest.Database}},
	"adoptBucket":     {[]string{"", "true", "false"}, []string{"addreams-generations"}},
}

// TestValues proves every setting by its values, on a stack that is otherwise valid.
func TestValues(t *testing.T) {
	for key, tried := range values {
		for _, value := range tried.valid {
			t.Run(fmt.Sprintf("%s=%.40q", key, value), func(t *testing.T) {
				_, err := readStack("dev", set(around(t, key), key, value))

				require.NoError(t, err)
			})
		}
		for _, value := range tried.invalid {
			t.Run(fmt.Sprintf("%s=%.40q is refused", key, value), func(t *testing.T) {
				_, err := readStack("dev", set(around(t, key), key, value))

				require.Error(t, err)
				assert.Regexp(t, fixes(key), err, "the command that fixes it")
			})
		}
	}
}

// around is a configtest.Configuration in which a key makes sense.
func around(t *testing.T, key string) configtest.Configuration {
	t.Helper()
	c := configtest.Complete(t, "dev")
	switch key {
	case "hostname":
		return c.With("zoneId", configtest.Zone).With("publicUrl", "https://api.example.com")
	case "rateLimit":
		return c.With("zoneId", configtest.Zone)
	case "stripeSecretKey", "stripeWebhookSecret":
		return c.With("creditPacks", "starter=usd:1000:10:10").Secret("stripeSecretKey", "sk_test_0").Secret("stripeWebhookSecret", "whsec_0")
	case "creditPacks":
		return c.Secret("stripeSecretKey", "sk_test_0").Secret("stripeWebhookSecret", "whsec_0")
	}

	for _, pair := range binding.SignIn() {
		id, secret := binding.Of(pair[0]).Setting, binding.Of(pair[1]).Setting
		if key == id || key == secret {
			return c.Secret(id, "id").Secret(secret, "secret").Secret("accountTokenKeys", configtest.Keys)
		}
	}
	return c
}

// set gives a key a value, as a secret if it is one, and the public URL with the hostname.
func set(c configtest.Configuration, key, value string) configtest.Configuration {
	if key == "hostname" && value != "" {
		c = c.With("publicUrl", "https://"+value)
	}
	for _, b := range binding.All() {
		if b.Setting == key && b.Kind == binding.Secret {
			return c.Secret(key, value)
		}
	}
	return c.With(key, value)
}

// fixes matches the command that fixes a key: for two of them it is not a setting's.
func fixes(key string) string {
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
	project, err := workspace.LoadProject("../../Pulumi.yaml")
	require.NoError(t, err)

	assert.ElementsMatch(t, slices.Collect(maps.Keys(project.Config)), slices.Collect(maps.Keys(values)), "give each setting a row in values")
	for key, tried := range values {
		assert.NotEmpty(t, tried.invalid, key)
	}
}

// TestInvalidValuesAreReportedTogether gives every key its first value that is refused, all at once.
func TestInvalidValuesAreReportedTogether(t *testing.T) {
	c := configtest.Complete(t, "dev")
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if key == "migrations" { // without them no file can be allowed
			continue
		}
		c = set(c, key, values[key].invalid[len(values[key].invalid)-1])
	}

	_, err := readStack("dev", c)

	require.Error(t, err)
	for key := range values {
		assert.True(t, key == "migrations" || regexp.MustCompile(fixes(key)).MatchString(err.Error()), key)
	}
	assert.ErrorContains(t, err, "nothing was deployed")
}

func TestTokenOfCloudflare(t *testing.T) {
	cases := map[string]struct {
		change func(configtest.Configuration) configtest.Configuration
		want   string
	}{
		"with a line break": {secretly("cloudflare:apiToken", "token\n"), "no Cloudflare API token, or one with spaces"},
		"in plain text": {func(c configtest.Configuration) configtest.Configuration {
			delete(c.Secrets, "cloudflare:apiToken")
			return c
		}, "cloudflare:apiToken is stored in plain text"},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			_, err := readStack("dev", tc.change(configtest.Complete(t, "dev")))

			require.ErrorContains(t, err, tc.want)
			assert.ErrorContains(t, err, "pulumi config set --secret cloudflare:apiToken")
			assert.NotContains(t, err.Error(), configtest.Secret)
		})
	}
}
