package main

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/app/binding"
)

// settings is one stack's configuration, read once and found valid. Pulumi.yaml describes every key.
type settings struct {
	stack     string
	account   string
	token     string // of Cloudflare's API, for what the hooks do
	names     names
	bundle    string // path of the bundle
	schema    string // directory of the migrations
	publicURL string

	plain   map[string]string              // what is bound as plain text, by binding name; nothing is empty
	secrets map[string]pulumi.StringOutput // what is bound as secret text, by binding name

	hostname, zone string // both or neither
	workersDev     bool
	schedule       string
	smartPlacement bool
	logpush        bool
	observability  bool
	rateLimit      int // requests in rateLimitPeriod; 0 is no rule

	protect          bool
	allowDestructive string // the migration that may be destructive
	productionIDs    []string
	adopt            adoption
}

// names are the physical names of what a stack owns.
type names struct{ database, bucket, script string }

// adoption says what exists already and is taken over.
type adoption struct {
	databaseID     string
	bucket, script bool
}

// production is the one stack whose names carry no suffix, and local the one that needs no account.
const (
	production = "prod"
	local      = "local"
)

// plainKeys and secretKeys say from which configuration key a binding's value comes.
var (
	plainKeys = map[string]string{
		binding.QwenRegion:         "qwenRegion",
		binding.QwenImageModel:     "qwenImageModel",
		binding.QwenImageEditModel: "qwenImageEditModel",
		binding.QwenVideoModel:     "qwenVideoModel",
		binding.QwenTimeout:        "qwenTimeoutMs",
		binding.QwenImageHosts:     "qwenImageHosts",
		binding.AuthURL:            "publicUrl",
		binding.TrustedOrigins:     "trustedOrigins",
		binding.FreeCreditsFor:     "freeCreditsFor",
		binding.DailyGenerations:   "dailyGenerations",
	}
	secretKeys = map[string]string{
		binding.AuthSecret:         "betterAuthSecret",
		binding.QwenKey:            "qwenApiKey",
		binding.GoogleClientID:     "googleClientId",
		binding.GoogleClientSecret: "googleClientSecret",
		binding.GitHubClientID:     "githubClientId",
		binding.GitHubClientSecret: "githubClientSecret",
		binding.AccountTokenKeys:   "accountTokenKeys",
		binding.MigrateToken:       "migrateToken",

		binding.ClientAddressSecret: "clientAddressSecret",
	}
)

// readSettings reads and checks the whole configuration. Its error lists every problem, each with the command that
// mends it. Nothing is contacted.
func readSettings(from source) (settings, error) {
	r := newReader(from)
	s := settings{
		stack:     from.Stack(),
		account:   r.text("accountId"),
		token:     r.token(),
		bundle:    r.text("bundle"),
		schema:    r.text("migrations"),
		publicURL: r.bound(binding.AuthURL),

		plain:   map[string]string{},
		secrets: map[string]pulumi.StringOutput{},

		hostname:       r.text("hostname"),
		zone:           r.text("zoneId"),
		workersDev:     r.claim("workersDev"),
		schedule:       r.text("schedule"),
		smartPlacement: r.claim("smartPlacement"),
		logpush:        r.claim("logpush"),
		observability:  r.claim("observability"),
		rateLimit:      r.number("rateLimit"),

		protect:          r.claim("protect"),
		allowDestructive: r.text("allowDestructive"),
		productionIDs:    list(r.text("productionIds")),
		adopt: adoption{
			databaseID: r.text("adoptDatabaseId"),
			bucket:     r.claim("adoptBucket"),
			script:     r.claim("adoptScript"),
		},
	}
	s.names = r.names(s.stack)
	for name := range plainKeys {
		if value := r.bound(name); value != "" {
			s.plain[name] = value
		}
	}
	for name := range secretKeys {
		if value := r.secret(name); value != "" {
			s.secrets[name] = pulumi.ToSecret(pulumi.String(value)).(pulumi.StringOutput)
		}
	}
	check(r, s)
	return s, r.gaps()
}

// names are the product's, unless configured.
func (r *reader) names(stack string) names {
	named := productNames(stack)
	for key, name := range map[string]*string{"databaseName": &named.database, "bucketName": &named.bucket, "scriptName": &named.script} {
		if configured := r.text(key); configured != "" {
			*name = configured
		}
	}
	return named
}

// productNames carry the stack's name as a suffix everywhere but on prod.
func productNames(stack string) names {
	suffix := "-" + stack
	if stack == production {
		suffix = ""
	}
	return names{database: "addreams-db" + suffix, bucket: "addreams-generations" + suffix, script: "addreams-api" + suffix}
}

// list splits at commas and drops what is empty.
func list(text string) []string {
	var items []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
