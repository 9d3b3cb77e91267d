package betterauth

import (
	"slices"
	"strconv"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/zod"
)

// validator returns what is wrong with a value, as issues at or below a path.
type validator func(path string, value any, present bool) []string

func issueAt(path, message string) []string { return []string{"[" + path + "] " + message} }

// typeOf is the type of a value by its name in JavaScript.
func typeOf(value any, present bool) string {
	if !present {
		return zod.Undefined
	}
	switch value.(type) {
	case nil:
		return zod.Null
	case bool:
		return zod.Boolean
	case float64:
		return zod.Number
	case string:
		return zod.String
	case []any:
		return zod.Array
	default:
		return zod.Object
	}
}

// typed accepts values of a type, which its issue may call by another name.
func typed(wanted, expected string) validator {
	return func(path string, value any, present bool) []string {
		if received := typeOf(value, present); received != wanted {
			return issueAt(path, zod.WrongType(expected, received))
		}
		return nil
	}
}

var (
	isString  = typed(zod.String, zod.String)
	isBoolean = typed(zod.Boolean, zod.Boolean)
	isNumber  = typed(zod.Number, zod.Number)
	isArray   = typed(zod.Array, zod.Array)
	isObject  = typed(zod.Object, zod.Object)
	isRecord  = typed(zod.Object, zod.Record)
)

func isEmail(path string, value any, present bool) []string {
	issues := isString(path, value, present)
	if len(issues) == 0 && !auth.ValidEmail(value.(string)) {
		return issueAt(path, zod.InvalidEmail)
	}
	return issues
}

// isPassword accepts a text that is not empty.
func isPassword(path string, value any, present bool) []string {
	if value == "" {
		return issueAt(path, zod.EmptyString())
	}
	issues := isString(path, value, present)
	if list, ok := value.([]any); ok && len(list) == 0 { // zod measures whatever has a length
		return slices.Concat(issues, issueAt(path, zod.EmptyArray()))
	}
	return issues
}

// isProviderName accepts any text. Its schema in better-auth is a union, whose message names no types.
func isProviderName(path string, value any, present bool) []string {
	if len(isString(path, value, present)) > 0 {
		return issueAt(path, zod.InvalidInput)
	}
	return nil
}

// isProfileText accepts the name or the image of a user, which are stored.
func isProfileText(path string, value any, present bool) []string {
	issues := isString(path, value, present)
	if len(issues) == 0 && len(value.(string)) > auth.MaxProfile {
		return issueAt(path, zod.LongString(auth.MaxProfile))
	}
	return issues
}

// isToken accepts an OAuth token as a provider gave it. One that looks as if this service had encrypted it would be taken
// for that later.
func isToken(path string, value any, present bool) []string {
	issues := isString(path, value, present)
	if len(issues) == 0 && auth.LooksSealed(value.(string)) {
		return issueAt(path, zod.ForbiddenPrefix(auth.SealedPrefix))
	}
	return issues
}

// orNull accepts null as well.
func orNull(check validator) validator {
	return func(path string, value any, present bool) []string {
		if present && value == nil {
			return nil
		}
		return check(path, value, present)
	}
}

// maxIssues is how many issues are reported of one list.
const maxIssues = 100

func isStrings(path string, value any, present bool) []string {
	issues := isArray(path, value, present)
	items, _ := value.([]any)
	for i, item := range items {
		if len(issues) >= maxIssues {
			break
		}
		issues = append(issues, isString(path+"."+strconv.Itoa(i), item, true)...)
	}
	return issues
}

// isObjectOf accepts an object with these properties.
func isObjectOf(properties ...property) validator {
	return func(path string, value any, present bool) []string {
		if issues := isObject(path, value, present); len(issues) > 0 {
			return issues
		}
		return checkProperties(path, properties, value.(map[string]any))
	}
}
