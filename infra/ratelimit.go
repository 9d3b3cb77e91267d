package main

import (
	"fmt"

	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/infra/config"
)

// declareRateLimit blocks at the zone an address that calls the API too often, before it costs a Worker request.
func declareRateLimit(ctx *pulumi.Context, limit config.RateLimit) error {
	if limit.Requests == 0 {
		return nil
	}
	expression := `(starts_with(http.request.uri.path, "/api/"))`
	if limit.Hostname != "" {
		expression = fmt.Sprintf(`(http.host eq "%s" and starts_with(http.request.uri.path, "/api/"))`, limit.Hostname)
	}

	_, err := cloudflare.NewRuleset(ctx, "rate-limit", &cloudflare.RulesetArgs{
		ZoneId:      pulumi.String(limit.Zone),
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
				Period:            pulumi.Int(config.RateLimitPeriod),
				RequestsPerPeriod: pulumi.Int(limit.Requests),
				MitigationTimeout: pulumi.Int(config.RateLimitPeriod),
			},
		}},
	})
	return err
}
