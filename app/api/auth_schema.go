package api

import (
	"slices"
	"strconv"

	"github.com/addreams/addreams/app/auth"
)

// schema says which fields an endpoint reads, and what they must be. What it finds is told in the words of zod 4, which
// clients know.
type schema struct {
	in     string   // inBody or inQuery; "" checks nothing
	object []string // what a body that is no object should have been: "object", "record" or both
	fields []field
}

const (
	inBody  = "body"
	inQuery = "query"
)

type field struct {
	name     string
	is       check
	optional bool
}

// check returns what is wrong with a value, as issues below a path.
type check func(path string, value any, present bool) []string

func body(fields ...field) schema  { return schema{inBody, []string{"object"}, fields} }
func query(fields ...field) schema { return schema{inQuery, nil, fields} }

func need(name string, is check) field { return field{name: name, is: is} }
func may(name string, is check) field  { return field{name: name, is: is, optional: true} }

var anything = schema{}

// check refuses a call whose fields are not what they must be, with all issues in the order of the fields.
func (s schema) check(c *authCall) error {
	var issues []string
	switch s.in {
	case inBody:
		object, ok := c.body.(map[string]any)
		if !ok {
			for _, wanted := range s.object {
				issues = append(issues, "[body] "+expected(wanted, c.body))
			}
			break
		}
		issues = checkFields(inBody, s.fields, object)
	case inQuery:
		object := make(map[string]any, len(c.query))
		for name, values := range c.query {
			object[name] = queryValue(values)
		}
		issues = checkFields(inQuery, s.fields, object)
	}
	if len(issues) > 0 {
		return auth.Invalid(issues...)
	}
	return nil
}

// queryValue is a parameter of a query as better-auth has it: a text, or a list where it is repeated.
func queryValue(values []string) any {
	if len(values) == 1 {
		return values[0]
	}
	list := make([]any, len(values))
	for i, value := range values {
		list[i] = value
	}
	return list
}

// names tells whether the schema has a field.
func (s schema) names(name string) bool {
	return slices.ContainsFunc(s.fields, func(f field) bool { return f.name == name })
}

func checkFields(path string, fields []field, object map[string]any) []string {
	var issues []string
	for _, f := range fields {
		value, present := object[f.name]
		if present || !f.optional {
			issues = slices.Concat(issues, f.is(path+"."+f.name, value, present))
		}
	}
	return issues
}

func issue(path, text string) []string { return []string{"[" + path + "] " + text} }

// expected says that a value has the wrong type.
func expected(wanted string, value any) string {
	return "Invalid input: expected " + wanted + ", received " + typeOf(value, true)
}

func typeOf(value any, present bool) string {
	if !present {
		return "undefined"
	}
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	default:
		return "object"
	}
}

// typed checks that a value has a type, by its name in JavaScript.
func typed(wanted, named string) check {
	return func(path string, value any, present bool) []string {
		if got := typeOf(value, present); got != wanted {
			return issue(path, "Invalid input: expected "+named+", received "+got)
		}
		return nil
	}
}

var (
	text     = typed("string", "string")
	boolean  = typed("boolean", "boolean")
	number   = typed("number", "number")
	anObject = typed("object", "object")
	record   = typed("object", "record")
	array    = typed("array", "array")
)

func email(path string, value any, present bool) []string {
	issues := text(path, value, present)
	if len(issues) == 0 && !auth.ValidEmail(value.(string)) {
		return issue(path, "Invalid email address")
	}
	return issues
}

func filled(path string, value any, present bool) []string {
	if value == "" {
		return issue(path, "Too small: expected string to have >=1 characters")
	}
	issues := text(path, value, present)
	if list, ok := value.([]any); ok && len(list) == 0 { // zod measures whatever has a length
		return slices.Concat(issues, issue(path, "Too small: expected array to have >=1 items"))
	}
	return issues
}

// providerName is one of better-auth's names or any other text: its schema is a union, which tells no more than this.
func providerName(path string, value any, present bool) []string {
	if len(text(path, value, present)) > 0 {
		return issue(path, "Invalid input")
	}
	return nil
}

// kept is a name or an image of a user.
func kept(path string, value any, present bool) []string {
	issues := text(path, value, present)
	if len(issues) == 0 && len(value.(string)) > auth.MaxProfile {
		return issue(path, "Too big: expected string to have <="+strconv.Itoa(auth.MaxProfile)+" characters")
	}
	return issues
}

// clearToken is an OAuth token as a provider gave it: what looks as if we had encrypted it would be taken for that later.
func clearToken(path string, value any, present bool) []string {
	issues := text(path, value, present)
	if len(issues) == 0 && auth.LooksSealed(value.(string)) {
		return issue(path, `Invalid string: must not start with "`+auth.SealedPrefix+`"`)
	}
	return issues
}

// nullable accepts null as well.
func nullable(is check) check {
	return func(path string, value any, present bool) []string {
		if present && value == nil {
			return nil
		}
		return is(path, value, present)
	}
}

// maxIssues is how many issues of one list are told.
const maxIssues = 100

func texts(path string, value any, present bool) []string {
	issues := array(path, value, present)
	items, _ := value.([]any)
	for i, item := range items {
		if len(issues) >= maxIssues {
			break
		}
		issues = append(issues, text(path+"."+strconv.Itoa(i), item, true)...)
	}
	return issues
}

// object checks the fields of an object within an object.
func object(fields ...field) check {
	return func(path string, value any, present bool) []string {
		if issues := anObject(path, value, present); len(issues) > 0 {
			return issues
		}
		return checkFields(path, fields, value.(map[string]any))
	}
}
