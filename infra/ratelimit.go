package main

import (
	"fmt"

	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// rateLimitPeriod is the window in seconds, and how long an address stays blocked: the one window of the Free plan.
const rateLimitPeriod = 10

// declareRateLimit blocks at the zone an address that calls the API too often, before it costs a Worker request.
func declareRateLimit(ctx *pulumi.Context, s settings) error {
	if s.rateLimit == 0 {
		return nil
	}
	expression := `(starts_with(http.request.uri.path, "/api/"))`
	if s.hostname != "" {
		expression = fmt.Sprintf(`(http.host eq "%s" and starts_with(http.request.uri.path, "/api/"))`, s.hostname)
	}
	_, err := cloudflare.NewRuleset(ctx, "rate-limit", &cloudflare.RulesetArgs{
		ZoneId:      pulumi.String(s.zone),
		Name:        pulumi.String("addreams rate limit"),
		Description: pulumi.String("Calls of the API from one address"),
		Kind:        pulumi.String("zone"),
		Phase:       pulumi.String("http_ratelimit"),
		Rules: cloudflare.RulesetRuleArray{cloudflare.RulesetRuleArgs{
			Action:      pulumi.String("block"),
			Expression:  pulumi.String(expression),
			Description: pulumi.String("too many calls from one address"),
			Enabled:     pulumi.Bool(true),
			Ratelimit: cloudflare.RulesetRuleRatelimitArgs{
				Characteristics:   pulumi.ToStringArray([]string{"cf.colo.id", "ip.src"}),
				Period:            pulumi.Int(rateLimitPeriod),
				RequestsPerPeriod: pulumi.Int(s.rateLimit),
				MitigationTimeout: pulumi.Int(rateLimitPeriod),
			},
		}},
	})
	return err
}
