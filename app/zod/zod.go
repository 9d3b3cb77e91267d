// Package zod has the messages of zod 4, the JavaScript library that validated requests before this service did: clients
// know them. It has the messages alone; the code that reads a value, from a tree or a stream, checks it and adds its path.
package zod

import (
	"strconv"
	"strings"
)

// The types that a message may expect or receive.
const (
	Undefined = "undefined" // there is no value
	Null      = "null"
	Boolean   = "boolean"
	Number    = "number"
	Int       = "int"
	String    = "string"
	Array     = "array"
	Object    = "object"
	Record    = "record"
)

const (
	// InvalidInput is the message of a union if no member matches.
	InvalidInput = "Invalid input"
	InvalidEmail = "Invalid email address"
)

// WrongType is the message of a value that has another type than the expected one.
func WrongType(expected, received string) string {
	return "Invalid input: expected " + expected + ", received " + received
}

// BelowMinimum is the message of a number that is smaller than the least one allowed. The type is Number or Int.
func BelowMinimum(expected string, least int64) string {
	return "Too small: expected " + expected + " to be >=" + strconv.FormatInt(least, 10)
}

// AboveMaximum is the message of a number that is larger than the largest one allowed. The type is Number or Int.
func AboveMaximum(expected string, most int64) string {
	return "Too big: expected " + expected + " to be <=" + strconv.FormatInt(most, 10)
}

// UnknownOption is the message of a text that is none of several.
func UnknownOption(options ...string) string {
	return `Invalid option: expected one of "` + strings.Join(options, `"|"`) + `"`
}

// UnknownKey is the message of an object with a key that it must not have.
func UnknownKey(name string) string { return "Unrecognized key: " + strconv.Quote(name) }

// EmptyString is the message of a text without a character.
func EmptyString() string { return "Too small: expected string to have >=1 characters" }

// EmptyArray is the message of a list without an item.
func EmptyArray() string { return "Too small: expected array to have >=1 items" }

// LongString is the message of a text that has too many characters.
func LongString(most int) string {
	return "Too big: expected string to have <=" + strconv.Itoa(most) + " characters"
}

// ForbiddenPrefix is the message of a text that starts as it must not.
func ForbiddenPrefix(prefix string) string {
	return `Invalid string: must not start with "` + prefix + `"`
}
