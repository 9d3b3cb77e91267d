// Package config is one stack's configuration: it reads every key, checks every value, and describes what the stack is to
// have. It declares no resource and contacts nothing. Pulumi.yaml describes the keys.
package config

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/infra/names"
)

// CompatibilityDate is the Workers runtime that every Worker of the project is run by:
// https://developers.cloudflare.com/workers/configuration/compatibility-dates/.
const CompatibilityDate = "2026-02-10"

// Stack is a configuration that was found valid.
type Stack struct {
	Name      string // as `pulumi stack select` takes it
	Account   Account
	Release   Release
	Variables map[string]string              // plain-text bindings that the configuration gives a value, by name
	Secrets   map[string]pulumi.StringOutput // secret bindings with a value, by name

	Database  Database
	Bucket    Bucket
	Worker    Worker
	Schedule  string // cron expression of the Worker's clean-up
	Domain    Domain
	RateLimit RateLimit
	Guard     Guard
}

// Release says where the code and the schema to deploy are.
type Release struct {
	Bundle           string   // path of the bundle
	Migrations       string   // path of a directory
	AllowDestructive []string // files of migrations that may be destructive
}

// Database is the D1 database.
type Database struct {
	Name    string
	AdoptID string // of an existing database to take over; "" makes a new one
	Protect bool   // it survives `pulumi destroy` and cannot be replaced
}

// Bucket is the R2 bucket.
type Bucket struct {
	Name    string
	Adopt   bool // take over the existing bucket of the name
	Protect bool // as the database
}

// Worker is the script and its settings.
type Worker struct {
	Name           string
	URL            string // public origin
	Protect        bool   // it survives `pulumi destroy`
	SmartPlacement bool
	Logpush        bool
	Observability  bool
	WorkersDev     bool // it also answers under workers.dev
}

// Domain is the Worker's custom domain; a stack without a hostname has none.
type Domain struct{ Zone, Hostname string }

// RateLimit blocks an address at the zone.
type RateLimit struct {
	Zone     string
	Hostname string // the host whose calls are counted; "" for all of the zone
	Requests int    // in RateLimitPeriod; 0 is no rule
}

// RateLimitPeriod is the window in seconds, and how long an address stays blocked: the one window of the Free plan.
const RateLimitPeriod = 10

// Guard keeps the data of one stack away from another.
type Guard struct {
	Protect       bool
	AllowPush     bool     // `addreams db push` may change the database; the command reads it itself
	ProductionIDs []string // IDs of databases and names of buckets that no other stack may bind
}

// Read reads and checks the whole configuration. Its error lists every problem, each with the command that fixes it.
func Read(ctx *pulumi.Context) (Stack, error) {
	stack, r := read(ctx)
	return stack, r.err()
}

func read(ctx *pulumi.Context) (Stack, *reader) {
	r := newReader(ctx)
	named := names.Of(ctx.Stack())
	protect := r.flag("protect")
	stack := Stack{
		Name:    ctx.Stack(),
		Account: r.account(),
		Release: Release{
			Bundle:           r.text("bundle"),
			Migrations:       r.text("migrations"),
			AllowDestructive: binding.List(r.text("allowDestructive")),
		},

		Database: Database{Name: r.textOr("databaseName", named.Database), AdoptID: r.text("adoptDatabaseId"), Protect: protect},
		Bucket:   Bucket{Name: r.textOr("bucketName", named.Bucket), Adopt: r.flag("adoptBucket"), Protect: protect},
		Worker: Worker{
			Name:           r.textOr("scriptName", named.Script),
			Protect:        protect,
			SmartPlacement: r.flag("smartPlacement"),
			Logpush:        r.flag("logpush"),
			Observability:  r.flag("observability"),
			WorkersDev:     r.flag("workersDev"),
		},
		Schedule: r.text("schedule"),
		Domain:   Domain{Zone: r.text("zoneId"), Hostname: r.text("hostname")},
		Guard:    Guard{Protect: protect, AllowPush: r.flag("allowPush"), ProductionIDs: binding.List(r.text("productionIds"))},
	}
	stack.RateLimit = RateLimit{Zone: stack.Domain.Zone, Hostname: stack.Domain.Hostname, Requests: r.number("rateLimit")}
	stack.Variables, stack.Secrets = r.bindings()
	stack.Worker.URL = stack.Variables[binding.AuthURL]

	check(r, stack)
	return stack, r
}
