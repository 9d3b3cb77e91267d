package advice

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// limit says which of D1's limits a message is about, and what to write instead.
type limit struct{ message, what, advice string }

// limits are found by a part of SQLite's message.
var limits = [...]limit{
	{"out of memory", fmt.Sprintf("the statement compiles to more operations than the %d that D1 takes", d1.MaxOperations),
		"Split it: several INSERTs of some hundred values each, or several statements instead of one with many terms."},
	{"triggers nested too deep", fmt.Sprintf("more than %d triggers set each other off", d1.MaxTriggers),
		"Let one trigger do the work of several."},
	{"too many levels of trigger recursion", fmt.Sprintf("more than %d triggers or foreign key actions set each other off", d1.MaxTriggers),
		"Let one trigger do the work of several, or delete from the last table first."},
	{"too many terms in compound SELECT", fmt.Sprintf("D1 joins at most %d SELECTs with UNION and the like", d1.MaxCompound),
		"Use VALUES for rows of constants, or several statements."},
	{"Expression tree is too large", fmt.Sprintf("D1 takes expressions of at most %d levels", d1.MaxDepth),
		"Split the condition: IN (…) instead of many ORs, or several statements."},
	{"too many arguments on function", fmt.Sprintf("D1 passes at most %d arguments to a function", d1.MaxFunctionArgs),
		"Nest calls, as json_patch(json_object(…), json_object(…))."},
	{"too many columns", fmt.Sprintf("D1 takes at most %d columns", d1.MaxColumns), "Put some of the columns into a second table."},
	{"LIKE or GLOB pattern too complex", fmt.Sprintf("D1 takes patterns of at most %d bytes", d1.MaxPattern),
		"Use instr(), substr() or =."},
	{"at most 64 tables in a join", "SQLite joins at most 64 tables", "Use several statements."},
	{"string or blob too big", fmt.Sprintf("D1 stores at most %d bytes in a row", d1.MaxRow), "Put large values into R2."},
	{"statement too long", fmt.Sprintf("D1 takes statements of at most %d bytes", d1.MaxStatement),
		"Split it: several INSERTs instead of one with many rows."},
	{"function: sqlite_fail", "SQLite can change a constraint of a table only by a rebuild",
		"Create the table with it under another name, copy, drop, rename; or change schema.sql and let addreams db generate write that."},
	{"not authorized to use function", "D1 has no such function", "Use another: https://developers.cloudflare.com/d1/sql-api/sql-statements/."},
	{"may not be modified", "D1 does not allow writes to SQLite's own tables", "Write the table that it belongs to."},
	{"may not be dropped", "D1 does not allow dropping SQLite's own tables", "Drop the table that it belongs to."},
	{"not authorized", "D1 does not allow it", "Remove the statement."},
}

// ForLimit returns the limit that a message is about, after SQLite's own words, and what to do.
func ForLimit(message string) (what, advice string, found bool) {
	for _, limit := range limits {
		if strings.Contains(message, limit.message) {
			return message + ": " + limit.what, limit.advice, true
		}
	}
	return "", "", false
}
