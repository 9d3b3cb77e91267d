package main

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/binding"
)

// Forms of Cloudflare's identifiers and names.
var (
	hexID      = regexp.MustCompile(`^[0-9a-f]{32}$`)
	databaseID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	hostName   = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)
	name       = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
)

// check notes every problem of the settings with the reader that read them.
func check(r *reader, s settings) {
	checkAccount(r, s)
	checkOrigins(r, s)
	checkProvider(r)
	checkSecrets(r)
	checkReach(r, s)
	checkProduction(r, s)
	checkPullRequest(r, s)
}

func checkAccount(r *reader, s settings) {
	if !hexID.MatchString(s.account) {
		r.problem("accountId", "is missing, or not 32 hex digits", "<account id>")
	}
	if s.token == "" {
		r.problems = append(r.problems, fmt.Errorf("no Cloudflare API token\n      pulumi config set --secret cloudflare:apiToken"))
	}
	for key, value := range map[string]string{"databaseName": s.names.database, "bucketName": s.names.bucket, "scriptName": s.names.script} {
		if !name.MatchString(value) {
			r.problem(key, fmt.Sprintf("gives the name %q: use 3 to 63 of a-z, 0-9 and -", value), "<name>")
		}
	}
	if id := s.adopt.databaseID; id != "" && !databaseID.MatchString(id) {
		r.problem("adoptDatabaseId", "is not the id of a D1 database", "<uuid from `wrangler d1 list`>")
	}
}

func checkOrigins(r *reader, s settings) {
	switch scheme, bare := originOf(s.publicURL); {
	case !bare:
		r.problem("publicUrl", "is missing, or not an origin without path", "https://api.example.com")
	case scheme != "https" && s.stack != local:
		r.problem("publicUrl", "is not https", "https://api.example.com")
	}
	for _, origin := range list(r.bound(binding.TrustedOrigins)) {
		if _, bare := originOf(origin); !bare {
			r.problem("trustedOrigins", fmt.Sprintf("holds %q, which is not an origin without path", origin), "https://www.example.com,https://app.example.com")
		}
	}
}

// originOf tells the scheme of a URL that is nothing but an http(s) origin.
func originOf(text string) (scheme string, bare bool) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "https" && parsed.Scheme != "http") {
		return "", false
	}
	return parsed.Scheme, parsed.Scheme+"://"+parsed.Host == text
}

func checkProvider(r *reader) {
	if region := r.bound(binding.QwenRegion); region != "sg" && region != "bj" {
		r.problem("qwenRegion", fmt.Sprintf("is %q, not sg or bj", region), "sg")
	}
	timeout, err := strconv.Atoi(r.bound(binding.QwenTimeout))
	if err != nil || timeout < 1000 || timeout > 300_000 {
		r.problem("qwenTimeoutMs", "is not between 1000 and 300000 milliseconds", "45000")
	}
	for _, host := range list(r.bound(binding.QwenImageHosts)) {
		if !hostName.MatchString(host) {
			r.problem("qwenImageHosts", fmt.Sprintf("holds %q, which is not a host name", host), "aliyuncs.com")
		}
	}
}

// minSecret is the shortest key that is taken, in characters.
const minSecret = 32

func checkSecrets(r *reader) {
	if len(r.secret(binding.AuthSecret)) < minSecret {
		r.secretProblem("betterAuthSecret", "is missing, or shorter than 32 characters")
	}
	if r.secret(binding.QwenKey) == "" {
		r.secretProblem("qwenApiKey", "is missing")
	}
	if token := r.secret(binding.MigrateToken); token != "" && len(token) < minSecret {
		r.secretProblem("migrateToken", "is shorter than 32 characters")
	}
	checkPair(r, binding.GoogleClientID, binding.GoogleClientSecret)
	checkPair(r, binding.GitHubClientID, binding.GitHubClientSecret)
}

// checkPair notes the missing half of two that go together.
func checkPair(r *reader, id, secret string) {
	hasID, hasSecret := r.secret(id) != "", r.secret(secret) != ""
	switch {
	case hasID && !hasSecret:
		r.secretProblem(secretKeys[secret], "is missing beside "+secretKeys[id])
	case hasSecret && !hasID:
		r.secretProblem(secretKeys[id], "is missing beside "+secretKeys[secret])
	}
}

func checkReach(r *reader, s settings) {
	if s.zone != "" && !hexID.MatchString(s.zone) {
		r.problem("zoneId", "is not 32 hex digits", "<zone id>")
	}
	if s.zone == "" && (s.hostname != "" || s.rateLimit != 0) {
		r.problem("zoneId", "is missing beside hostname or rateLimit", "<zone id>")
	}
	if s.rateLimit < 0 {
		r.problem("rateLimit", "is negative", "100")
	}
	if s.hostname != "" && s.publicURL != "https://"+s.hostname {
		r.problem("publicUrl", "is not the hostname's origin", "https://"+s.hostname)
	}
	if s.hostname == "" && !s.workersDev {
		r.problem("workersDev", "is false and there is no hostname: nobody could reach the Worker", "true")
	}
	if len(strings.Fields(s.schedule)) != 5 {
		r.problem("schedule", "is not a cron expression of five fields", `"*/5 * * * *"`)
	}
}

// checkProduction keeps prod guarded, and every other stack away from what is prod's.
func checkProduction(r *reader, s settings) {
	if s.stack == production {
		if !s.protect {
			r.problem("protect", "is off on prod", "true")
		}
		return
	}
	prod := productNames(production)
	taken := append([]string{prod.database, prod.bucket, prod.script}, s.productionIDs...)
	for key, value := range map[string]string{
		"databaseName": s.names.database, "bucketName": s.names.bucket, "scriptName": s.names.script, "adoptDatabaseId": s.adopt.databaseID,
	} {
		if value != "" && slices.Contains(taken, value) {
			r.problem(key, fmt.Sprintf("is %q, which belongs to prod", value), `""`)
		}
	}
}
