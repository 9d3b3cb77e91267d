package betterauth

import (
	"math"
	"slices"
	"strconv"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/zod"
)

var (
	createKeySchema = bodyOf(slices.Concat([]property{
		optional("name", isString), optional("expiresIn", orNull(isAtLeastOne)), optional("userId", anything),
		optional("prefix", isKeyPrefix), optional("remaining", orNull(isCount)), optional("metadata", anything),
	}, serverOnlyProperties, []property{optional("permissions", isPermissions)})...)

	updateKeySchema = bodyOf(slices.Concat([]property{
		required("keyId", isString), optional("userId", anything), optional("name", isString), optional("enabled", isBoolean),
		optional("remaining", isCount), optional("metadata", anything), optional("expiresIn", orNull(isAtLeastOne)),
	}, serverOnlyProperties, []property{optional("permissions", orNull(isPermissions))})...)

	deleteKeySchema = bodyOf(required("keyId", isString))
	keyQuery        = queryOf(required("id", isString))

	serverOnlyProperties = []property{
		optional("refillAmount", isNumber), optional("refillInterval", isNumber),
		optional("rateLimitTimeWindow", isNumber), optional("rateLimitMax", isNumber), optional("rateLimitEnabled", isBoolean),
	}
	serverOnly = []string{"refillAmount", "refillInterval", "rateLimitTimeWindow", "rateLimitMax", "rateLimitEnabled"}
)

func anything(string, any, bool) []string { return nil }

func isAtLeastOne(path string, value any, present bool) []string {
	issues := isNumber(path, value, present)
	if len(issues) == 0 && value.(float64) < 1 {
		return issueAt(path, zod.BelowMinimum(zod.Number, 1))
	}
	return issues
}

// isCount accepts a whole number that the database keeps exactly.
func isCount(path string, value any, present bool) []string {
	issues := isNumber(path, value, present)
	if len(issues) > 0 {
		return issues
	}
	switch number := value.(float64); {
	case number < 0:
		return issueAt(path, zod.BelowMinimum(zod.Number, 0))
	case number > math.MaxInt32:
		return issueAt(path, zod.AboveMaximum(zod.Number, math.MaxInt32))
	case number != math.Trunc(number):
		return issueAt(path, zod.WrongType(zod.Int, zod.Number))
	}
	return nil
}

func isKeyPrefix(path string, value any, present bool) []string {
	issues := isString(path, value, present)
	if len(issues) == 0 && !auth.IsKeyPrefix(value.(string)) {
		return issueAt(path, "Invalid prefix format, must be alphanumeric and contain only underscores and hyphens.")
	}
	return issues
}

// isPermissions accepts {"api":[…]} with known scopes.
func isPermissions(path string, value any, present bool) []string {
	object, ok := value.(map[string]any)
	if !ok {
		return issueAt(path, zod.WrongType(zod.Record, typeOf(value, present)))
	}

	for name := range object {
		if name != auth.ScopeResource {
			return issueAt(path, zod.UnknownKey(name))
		}
	}

	at := path + "." + auth.ScopeResource
	list, sent := object[auth.ScopeResource]
	issues := isArray(at, list, sent)
	items, _ := list.([]any)
	for i, item := range items {
		if len(issues) >= maxIssues {
			break
		}
		if scope, _ := item.(string); !slices.Contains(auth.Scopes(), auth.Scope(scope)) {
			issues = append(issues, issueAt(at+"."+strconv.Itoa(i), zod.UnknownOption("generate", "read", "credits"))...)
		}
	}

	return issues
}
