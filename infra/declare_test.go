package main

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/infra/config/configtest"
	"github.com/addreams/addreams/infra/names"
)

var stacks = []string{names.Local, "dev", names.Production}

// declareStack runs the program with mocks.
func declareStack(stack string, configuration configtest.Configuration) (configtest.Declared, error) {
	return configtest.Run(stack, configuration, declare)
}

func TestDeclareNames(t *testing.T) {
	cases := map[string]struct {
		stack                    string
		database, bucket, script string
	}{
		"prod has the product's names":      {names.Production, "addreams-db", "addreams-generations", "addreams-api"},
		"dev has its own":                   {"dev", "addreams-db-dev", "addreams-generations-dev", "addreams-api-dev"},
		"a pull request's carry its number": {"pr-17", "addreams-db-pr-17", "addreams-generations-pr-17", "addreams-api-pr-17"},
		"local has its own, on any machine": {names.Local, "addreams-db-local", "addreams-generations-local", "addreams-api-local"},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			file := tc.stack
			if file == "pr-17" {
				file = "dev"
			}

			got, err := declareStack(tc.stack, configtest.Complete(t, file))
			require.NoError(t, err)
			assert.Equal(t, tc.database, got["database"].Inputs["name"].StringValue())
			assert.Equal(t, tc.bucket, got["bucket"].Inputs["name"].StringValue())
			assert.Equal(t, tc.script, got["worker"].Inputs["name"].StringValue())
			assert.Equal(t, tc.script, got["schedule"].Inputs["scriptName"].StringValue())
		})
	}
}

func TestDeclareGuardsData(t *testing.T) {
	for _, stack := range stacks {
		t.Run(stack, func(t *testing.T) {
			got, err := declareStack(stack, configtest.Complete(t, stack))
			require.NoError(t, err)
			for _, name := range []string{"database", "bucket"} {
				assert.Equal(t, stack == names.Production, got[name].RegisterRPC.GetProtect(), "%s protected", name)
				assert.Equal(t, stack == names.Production, got[name].RegisterRPC.GetRetainOnDelete(), "%s retained", name)
			}
		})
	}
}

func TestDeclareBindings(t *testing.T) {
	for _, stack := range stacks {
		t.Run(stack, func(t *testing.T) {
			configured := configtest.Complete(t, stack).
				With("qwenVideoModel", "wan").With("trustedOrigins", "https://www.example.com").
				Secret("googleClientId", "id").Secret("googleClientSecret", "gs").
				Secret("githubClientId", "id").Secret("githubClientSecret", "hs").
				Secret("migrateToken", configtest.Secret).Secret("accountTokenKeys", configtest.Keys).
				With("creditPacks", "starter=usd:1000:10:10").Secret("stripeSecretKey", "sk_test_0").Secret("stripeWebhookSecret", "whsec_0").
				With("historyRetentionDays", "365").With("dailyGenerations", "1000").With("creditPrices", "qwen-image-max=2").With("qwenWorkspaceId", "ws-1").With("qwenBaseUrl", "https://dashscope-intl.aliyuncs.com").Secret("clientAddressSecret", configtest.Secret)

			got, err := declareStack(stack, configured)
			require.NoError(t, err)
			bound := boundNames(got["worker"].Inputs)
			for _, b := range binding.All() {
				assert.Equal(t, []binding.Kind{b.Kind}, bound[b.Name], b.Name)
			}
			assert.Len(t, bound, len(binding.All()), "nothing is bound that the application does not name")
		})
	}
}

func TestDeclareLeavesOutWhatIsNotSet(t *testing.T) {
	got, err := declareStack("dev", configtest.Complete(t, "dev"))
	require.NoError(t, err)
	bound := boundNames(got["worker"].Inputs)
	for _, b := range binding.Required() {
		assert.Contains(t, bound, b.Name)
	}
	for _, name := range []string{binding.GoogleClientID, binding.GitHubClientSecret, binding.MigrateToken, binding.QwenVideoModel} {
		assert.NotContains(t, bound, name)
	}
}

func TestDeclareKeepsSecrets(t *testing.T) {
	for _, stack := range stacks {
		t.Run(stack, func(t *testing.T) {
			got, err := declareStack(stack, configtest.Complete(t, stack))
			require.NoError(t, err)
			for name, resource := range got {
				assert.NotContains(t, inClear(t, resource.Inputs), configtest.Secret, name)
			}
			assert.True(t, got["worker"].Inputs["content"].IsSecret(), "the bundle is a secret, for the sake of readable diffs")
		})
	}
}

func TestDeclareReach(t *testing.T) {
	prod, err := declareStack(names.Production, configtest.Complete(t, names.Production))
	require.NoError(t, err)
	assert.Equal(t, "api.example.com", prod["api.example.com"].Inputs["hostname"].StringValue(), "a domain is named after its hostname")
	assert.Contains(t, prod, "rate-limit")

	moved, err := declareStack(names.Production, configtest.Complete(t, names.Production).With("hostname", "v2.example.com").With("publicUrl", "https://v2.example.com"))
	require.NoError(t, err)
	assert.NotContains(t, moved, "api.example.com")
	assert.Contains(t, moved, "v2.example.com")

	dev, err := declareStack("dev", configtest.Complete(t, "dev"))
	require.NoError(t, err)
	assert.Len(t, dev, 4, "database, bucket, worker and schedule")
}

func TestDeclareWithSecretsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".dev.vars")
	content := "BETTER_AUTH_SECRET=\"" + configtest.Secret + "\"\nQWEN_API_KEY=sandbox\nQWEN_REGION=bj\nGOOGLE_CLIENT_ID=id\nGOOGLE_CLIENT_SECRET=GOCSPX-a$Bc_d\nACCOUNT_TOKEN_KEYS=" + configtest.Keys + "\n"
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))

	got, err := declareStack(names.Local, configtest.Committed(t, names.Local).
		With("secretsFile", file).With("accountId", configtest.Account).With("publicUrl", "http://localhost:8787").
		Secret("cloudflare:apiToken", configtest.Secret))
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
	assert.NotContains(t, inClear(t, got["worker"].Inputs), configtest.Secret)
}

// TestDeclareAdoption takes over what exists by its ID.
func TestDeclareAdoption(t *testing.T) {
	got, err := declareStack(names.Production, configtest.Complete(t, names.Production).
		With("adoptDatabaseId", configtest.Database).With("adoptBucket", "true"))

	require.NoError(t, err)
	assert.Equal(t, configtest.Account+"/"+configtest.Database, got["database"].RegisterRPC.GetImportId())
	assert.Equal(t, configtest.Account+"/addreams-generations", got["bucket"].RegisterRPC.GetImportId())
	assert.Empty(t, got["worker"].RegisterRPC.GetImportId(), "a Worker is imported once, by command: see hook.adoption")
}

// TestDeclareContactsNothing declares every stack with everything that it can have, where any connection to Cloudflare
// fails the test.
func TestDeclareContactsNothing(t *testing.T) {
	cloudflare := httptest.NewUnstartedServer(nil)
	var contacted atomic.Bool
	cloudflare.Config.ConnState = func(net.Conn, http.ConnState) { contacted.Store(true) }
	cloudflare.StartTLS()
	defer cloudflare.Close()
	host := strings.TrimPrefix(cloudflare.URL, "https://")
	t.Setenv("CLOUDFLARE_API_HOSTNAME", host)
	usual := http.DefaultTransport
	http.DefaultTransport = forbidden{t}
	defer func() { http.DefaultTransport = usual }()

	for _, stack := range stacks {
		_, err := declareStack(stack, configtest.Complete(t, stack).
			With("cloudflare:apiHostname", host).
			With("adoptDatabaseId", configtest.Database).With("adoptBucket", "true").With("adoptScript", "true").
			With("zoneId", configtest.Zone).With("hostname", "api.example.com").With("rateLimit", "100"))
		require.NoError(t, err, stack)
	}

	assert.False(t, contacted.Load(), "Cloudflare was contacted")
}

// forbidden fails the test on every request.
type forbidden struct{ t *testing.T }

func (f forbidden) RoundTrip(r *http.Request) (*http.Response, error) {
	f.t.Errorf("%s was requested", r.URL)
	return nil, errors.New("no request is expected")
}

// boundNames returns the kinds as which each name is bound.
func boundNames(inputs resource.PropertyMap) map[string][]binding.Kind {
	kinds := map[resource.PropertyKey]binding.Kind{
		"d1DatabaseBindings": binding.D1, "r2BucketBindings": binding.R2,
		"plainTextBindings": binding.Plain, "secretTextBindings": binding.Secret,
	}
	bound := map[string][]binding.Kind{}
	for array, kind := range kinds {
		for _, element := range revealed(inputs[array]).ArrayValue() {
			name := revealed(element).ObjectValue()["name"].StringValue()
			bound[name] = append(bound[name], kind)
		}
	}
	return bound
}

// revealed unwraps a secret.
func revealed(value resource.PropertyValue) resource.PropertyValue {
	if value.IsSecret() {
		return revealed(value.SecretValue().Element)
	}
	return value
}

// inClear returns what is not secret as text.
func inClear(t *testing.T, inputs resource.PropertyMap) string {
	t.Helper()
	text, err := json.Marshal(plain(resource.NewObjectProperty(inputs)))
	require.NoError(t, err)
	return string(text)
}

// plain turns a value into what JSON can encode, with a placeholder for every secret.
func plain(value resource.PropertyValue) any {
	switch {
	case value.IsSecret():
		return "[secret]"
	case value.IsArray():
		list := []any{}
		for _, element := range value.ArrayValue() {
			list = append(list, plain(element))
		}
		return list
	case value.IsObject():
		object := map[string]any{}
		for key, property := range value.ObjectValue() {
			if !strings.HasPrefix(string(key), "__") {
				object[string(key)] = plain(property)
			}
		}
		return object
	}
	return value.V
}
