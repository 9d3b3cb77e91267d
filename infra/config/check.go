package config

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/infra/names"
)

// Forms of Cloudflare's identifiers and names.
var (
	hexID        = regexp.MustCompile(`^[0-9a-f]{32}$`)
	databaseID   = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	resourceName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	domainName   = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`)
	visible      = regexp.MustCompile(`^[!-~]+$`) // what a header may have as it is
)

// maxHostname is the longest name that DNS has, in characters.
const maxHostname = 253

func isHostname(name string) bool { return domainName.MatchString(name) && len(name) <= maxHostname }

// check reports every problem of the settings, and of what they are together. The values of bindings were checked when
// they were read.
func check(r *reader, s Stack) {
	checkAccount(r, s)
	checkPublicURL(r, s)
	checkSignIn(r, s)
	checkBuying(r, s)
	checkProvider(r, s)
	checkReach(r, s)
	checkProductionIDs(r, s)
	checkProduction(r, s)
	checkPullRequest(r, s)
	checkKeys(r)
}

func checkAccount(r *reader, s Stack) {
	if !hexID.MatchString(s.Account.ID) {
		r.problem("accountId", "is missing, or not 32 hex digits in lower case", "<account id>")
	}
	checkToken(r, s.Account.token)

	for key, value := range s.names() {
		if !resourceName.MatchString(value) {
			r.problem(key, fmt.Sprintf("gives the name %q: use 3 to 63 of a-z, 0-9 and -", value), "<name>")
		}
	}
	if id := s.Database.AdoptID; id != "" && !databaseID.MatchString(id) {
		r.problem("adoptDatabaseId", "is not the ID of a D1 database", "<uuid from `wrangler d1 list`>")
	}
}

// names returns what the stack's resources are called, by the key that names them.
func (s Stack) names() map[string]string {
	return map[string]string{"databaseName": s.Database.Name, "bucketName": s.Bucket.Name, "scriptName": s.Worker.Name}
}

// checkToken refuses what cannot be a token of Cloudflare's API, and one that can be read in the stack's file.
func checkToken(r *reader, token string) {
	const command = "pulumi config set --secret cloudflare:apiToken"
	if !visible.MatchString(token) {
		r.report("no Cloudflare API token, or one with spaces or line breaks in it", command)
	}
	if configured, _ := r.ctx.GetConfig("cloudflare:apiToken"); configured != "" && !r.ctx.IsConfigSecret("cloudflare:apiToken") {
		r.report("cloudflare:apiToken is stored in plain text: roll it in the dashboard, and set the new one as a secret", command)
	}
}

// checkSignIn reports a provider of sign-in that is only half configured, and one whose tokens would not be encrypted.
func checkSignIn(r *reader, s Stack) {
	has := func(name string) bool { _, set := s.Secrets[name]; return set }
	missing := func(name, beside string) {
		r.bindingProblem(binding.Of(name), "is missing beside "+binding.Of(beside).Setting, "")
	}
	configured := false
	for _, pair := range binding.SignIn() {
		id, secret := pair[0], pair[1]
		configured = configured || has(id)
		switch {
		case has(id) && !has(secret):
			missing(secret, id)
		case has(secret) && !has(id):
			missing(id, secret)
		}
	}

	if configured && !has(binding.AccountTokenKeys) {
		r.bindingProblem(binding.Of(binding.AccountTokenKeys), "is missing: the tokens of the providers of sign-in would be stored in plain text", "")
	}
}

// maxRateLimit is more than any window of RateLimitPeriod holds.
const maxRateLimit = 1_000_000

func checkReach(r *reader, s Stack) {
	zone, hostname, limit := s.Domain.Zone, s.Domain.Hostname, s.RateLimit.Requests
	if zone != "" && !hexID.MatchString(zone) {
		r.problem("zoneId", "is not 32 hex digits", "<zone id>")
	}
	if zone != "" && zone == s.Account.ID {
		r.problem("zoneId", "is the account's ID: the zone has an ID of its own (dashboard, the domain's overview)", "<zone id>")
	}
	if zone == "" && (hostname != "" || limit != 0) {
		r.problem("zoneId", "is missing beside hostname or rateLimit", "<zone id>")
	}

	if limit < 0 || limit > maxRateLimit {
		r.problem("rateLimit", fmt.Sprintf("is not between 0 and %d requests in %d seconds", maxRateLimit, RateLimitPeriod), "100")
	}
	if hostname != "" && (!isHostname(hostname) || underWorkersDev(hostname)) {
		r.problem("hostname", fmt.Sprintf("is %q, not a name in the zone's domain: write it in lower case, without scheme, port or path", hostname), "api.example.com")
	}
	if hostname == "" && !s.Worker.WorkersDev {
		r.problem("workersDev", "is false and there is no hostname: nobody could reach the Worker", "true")
	}
	if err := checkCron(s.Schedule); err != nil {
		r.problem("schedule", err.Error(), fmt.Sprintf("%q", rightCron(s.Schedule)))
	}
}

func checkProductionIDs(r *reader, s Stack) {
	for _, id := range s.Guard.ProductionIDs {
		if !databaseID.MatchString(id) && !resourceName.MatchString(id) {
			r.problem("productionIds", fmt.Sprintf("has %q, which is neither the ID of a database nor the name of a bucket", id),
				`"$(pulumi stack output databaseId --stack prod)"`)
		}
	}
}

// checkProduction reports a prod stack that is not protected, and another stack that uses prod's resources.
func checkProduction(r *reader, s Stack) {
	if s.Name == names.Production {
		if !s.Guard.Protect {
			r.problem("protect", "is off on prod", "true")
		}
		if s.Guard.AllowPush {
			r.problem("allowPush", "is set for prod, whose database only migrations change", "false")
		}
		return
	}

	prod := names.Of(names.Production)
	taken := append([]string{prod.Database, prod.Bucket, prod.Script}, s.Guard.ProductionIDs...)
	chosen := s.names()
	chosen["adoptDatabaseId"] = s.Database.AdoptID
	for key, value := range chosen {
		if value != "" && slices.Contains(taken, value) {
			r.problem(key, fmt.Sprintf("is %q, which belongs to prod", value), `""`)
		}
	}
}
