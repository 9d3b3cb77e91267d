package config

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/app/binding"
)

// Keys returns the keys that are read.
func Keys(ctx *pulumi.Context) []string {
	_, r := read(ctx)
	return slices.Collect(maps.Keys(r.asked))
}

// HasRule reports whether a rule is implemented.
func HasRule(name binding.Rule) bool { return rules[name] != nil }

// RuleCount returns how many rules are implemented.
func RuleCount() int { return len(rules) }
