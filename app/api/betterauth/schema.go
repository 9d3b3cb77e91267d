package betterauth

import (
	"slices"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/zod"
)

// schema says which fields an endpoint reads, and what they must be. Its issues have the words of zod 4, which clients
// know.
type schema struct {
	source     source
	types      []string // what a body that is no object should have been: Object, Record or both
	properties []property
}

// source is where a schema's fields come from.
type source string

const (
	fromBody  source = "body"
	fromQuery source = "query"
)

// property is a field that is known by its name.
type property struct {
	name     string
	check    validator
	optional bool
}

// unchecked is the schema of an endpoint that reads nothing, or takes everything.
var unchecked = schema{}

// bodyOf is the schema of a body, an object with these properties.
func bodyOf(properties ...property) schema {
	return schema{fromBody, []string{zod.Object}, properties}
}

// queryOf is the schema of a query with these parameters.
func queryOf(properties ...property) schema { return schema{fromQuery, nil, properties} }

func required(name string, check validator) property { return property{name: name, check: check} }

func optional(name string, check validator) property {
	return property{name: name, check: check, optional: true}
}

// has reports whether the schema has a field.
func (s schema) has(name string) bool {
	return slices.ContainsFunc(s.properties, func(p property) bool { return p.name == name })
}

// check refuses a call whose fields are not what they must be, with all issues in the order of the fields.
func (s schema) check(c *call) error {
	var issues []string
	switch s.source {
	case fromBody:
		issues = s.checkBody(c.body)
	case fromQuery:
		values := make(map[string]any, len(c.query))
		for name, texts := range c.query {
			values[name] = queryValue(texts)
		}
		issues = checkProperties(string(fromQuery), s.properties, values)
	}

	if len(issues) > 0 {
		return auth.Invalid(issues...)
	}
	return nil
}

func (s schema) checkBody(body any) []string {
	if object, ok := body.(map[string]any); ok {
		return checkProperties(string(fromBody), s.properties, object)
	}
	var issues []string
	for _, expected := range s.types {
		issues = append(issues, issueAt(string(fromBody), zod.WrongType(expected, typeOf(body, true)))...)
	}
	return issues
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

func checkProperties(path string, properties []property, object map[string]any) []string {
	var issues []string
	for _, p := range properties {
		value, present := object[p.name]
		if present || !p.optional {
			issues = slices.Concat(issues, p.check(path+"."+p.name, value, present))
		}
	}
	return issues
}
