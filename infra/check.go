package main

import (
	"fmt"
	"regexp"
	"slices"
)

// Forms of Cloudflare's identifiers and names.
var (
	hexID      = regexp.MustCompile(`^[0-9a-f]{32}$`)
	databaseID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	name       = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`)
	visible    = regexp.MustCompile(`^[!-~]+$`) // what a header may hold as it is
)

// check notes every problem of the settings with the reader that read them.
func check(r *reader, s settings) {
	checkAccount(r, s)
	checkOrigins(r, s)
	checkProvider(r)
	checkQuotas(r)
	checkSecrets(r)
	checkReach(r, s)
	checkGuards(r, s)
	checkSizes(r)
	checkProduction(r, s)
	checkPullRequest(r, s)
	checkKeys(r)
}

func checkAccount(r *reader, s settings) {
	if !hexID.MatchString(s.account) {
		r.problem("accountId", "is missing, or not 32 hex digits in lower case", "<account id>")
	}
	checkToken(r, s.token)
	for key, value := range map[string]string{"databaseName": s.names.database, "bucketName": s.names.bucket, "scriptName": s.names.script} {
		if !name.MatchString(value) {
			r.problem(key, fmt.Sprintf("gives the name %q: use 3 to 63 of a-z, 0-9 and -", value), "<name>")
		}
	}
	if id := s.adopt.databaseID; id != "" && !databaseID.MatchString(id) {
		r.problem("adoptDatabaseId", "is not the id of a D1 database", "<uuid from `wrangler d1 list`>")
	}
}

// checkToken refuses what cannot be a token of Cloudflare's API, and one that a stack's file would tell.
func checkToken(r *reader, token string) {
	mend := "\n      pulumi config set --secret cloudflare:apiToken"
	if !visible.MatchString(token) {
		r.problems = append(r.problems, fmt.Errorf("no Cloudflare API token, or one with spaces or line breaks in it%s", mend))
	}
	if configured, _ := r.GetConfig("cloudflare:apiToken"); configured != "" && !r.IsConfigSecret("cloudflare:apiToken") {
		r.problems = append(r.problems, fmt.Errorf("cloudflare:apiToken is stored in clear: roll it in the dashboard, and set the new one as a secret%s", mend))
	}
}

// maxHostname is the longest name that DNS has, in characters, and maxRateLimit is more than any window of ten seconds holds.
const (
	maxHostname  = 253
	maxRateLimit = 1_000_000
)

func checkReach(r *reader, s settings) {
	if s.zone != "" && !hexID.MatchString(s.zone) {
		r.problem("zoneId", "is not 32 hex digits", "<zone id>")
	}
	if s.zone != "" && s.zone == s.account {
		r.problem("zoneId", "is the account's id: the zone has one of its own (dashboard, the domain's overview)", "<zone id>")
	}
	if s.zone == "" && (s.hostname != "" || s.rateLimit != 0) {
		r.problem("zoneId", "is missing beside hostname or rateLimit", "<zone id>")
	}
	if s.rateLimit < 0 || s.rateLimit > maxRateLimit {
		r.problem("rateLimit", fmt.Sprintf("is not between 0 and %d requests in %d seconds", maxRateLimit, rateLimitPeriod), "100")
	}
	if s.hostname != "" && (!domainName.MatchString(s.hostname) || len(s.hostname) > maxHostname || underWorkersDev(s.hostname)) {
		r.problem("hostname", fmt.Sprintf("is %q, not a name below the zone's domain: lower case, without scheme, port or path", s.hostname), "api.example.com")
	}
	if s.hostname == "" && !s.workersDev {
		r.problem("workersDev", "is false and there is no hostname: nobody could reach the Worker", "true")
	}
	if err := checkCron(s.schedule); err != nil {
		r.problem("schedule", err.Error(), fmt.Sprintf("%q", rightCron(s.schedule)))
	}
}

// checkGuards checks the settings that guard the data, as far as they are not about prod.
func checkGuards(r *reader, s settings) {
	for _, id := range s.productionIDs {
		if !databaseID.MatchString(id) && !name.MatchString(id) {
			r.problem("productionIds", fmt.Sprintf("holds %q, which is neither a database's id nor a bucket's name", id),
				`"$(pulumi stack output databaseId --stack prod)"`)
		}
	}
}

// maxVariable is how large a variable or secret of a Worker may be, in bytes:
// https://developers.cloudflare.com/workers/platform/limits/#environment-variables.
const maxVariable = 5 << 10

func checkSizes(r *reader) {
	for name, key := range plainKeys {
		if len(r.bound(name)) > maxVariable {
			r.problem(key, "is larger than the 5 kB that Cloudflare allows", "<a shorter value>")
		}
	}
	for name, key := range secretKeys {
		if len(r.secret(name)) > maxVariable {
			r.secretProblem(key, "is larger than the 5 kB that Cloudflare allows")
		}
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
