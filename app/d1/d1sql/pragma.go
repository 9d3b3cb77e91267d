package d1sql

import (
	"strconv"
	"strings"
)

// form is the kind of argument that a pragma takes.
type form int

const (
	noArgument form = iota
	boolean
	name
	nameOrNothing
	numberOrNothing
	numberNameOrNothing
	anything
)

// pragmas are those that D1 allows: ALLOWED_PRAGMAS of workerd's src/workerd/util/sqlite.c++, which has `optimize` and
// `data_version` besides those of
// https://developers.cloudflare.com/d1/sql-api/sql-statements/#compatible-pragma-statements.
var pragmas = map[string]form{
	"data_version": noArgument, "table_list": anything,
	"case_sensitive_like": boolean, "foreign_keys": boolean, "defer_foreign_keys": boolean, "ignore_check_constraints": boolean,
	"legacy_alter_table": boolean, "recursive_triggers": boolean, "reverse_unordered_selects": boolean,
	"foreign_key_check": nameOrNothing, "foreign_key_list": name, "index_info": name, "index_list": name, "index_xinfo": name,
	"table_info": name, "table_xinfo": name,
	"quick_check": numberNameOrNothing, "optimize": numberOrNothing,
}

// PragmaAllowed reports whether D1 allows the pragma with some argument.
func PragmaAllowed(pragma string) bool {
	_, known := pragmas[strings.ToLower(pragma)]
	return known
}

// PragmaAllows reports whether D1 allows the pragma with this argument; "" if it has none.
func PragmaAllows(pragma, argument string) bool {
	taken, known := pragmas[strings.ToLower(pragma)]
	number, err := strconv.ParseInt(argument, 10, 32)
	isOpen := !strings.HasPrefix(strings.ToLower(argument), "_cf_")
	switch {
	case !known:
		return false
	case taken == anything:
		return true
	case argument == "":
		return taken != name
	case taken == boolean:
		return isBoolean(argument)
	case taken == numberOrNothing:
		return err == nil
	case taken == numberNameOrNothing:
		return err == nil && number >= 0 || isOpen
	}

	return taken != noArgument && isOpen
}

// isBoolean reports whether SQLite reads the argument as true or false. workerd compares only its beginning.
func isBoolean(argument string) bool {
	if n := len(argument); n >= 2 && (argument[0] == '\'' || argument[0] == '"') && argument[n-1] == argument[0] {
		argument = argument[1 : n-1]
	}
	for _, word := range [...]string{"true", "false", "yes", "no", "on", "off", "1", "0"} {
		if len(argument) >= len(word) && strings.EqualFold(argument[:len(word)], word) {
			return true
		}
	}
	return false
}
