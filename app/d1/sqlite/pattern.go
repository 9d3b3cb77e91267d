package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	driversqlite "modernc.org/sqlite"

	"github.com/addreams/addreams/app/d1"
)

// The driver's SQLite is built so that LIKE and GLOB never match a BLOB (SQLITE_LIKE_DOESNT_MATCH_BLOBS). D1's compares its
// bytes as text, and refuses a pattern that is too long for it too. These functions, which the operators call, do as D1's do.
func init() {
	driversqlite.MustRegisterDeterministicScalarFunction("like", -1, like) // the driver takes a name once
	driversqlite.MustRegisterDeterministicScalarFunction("glob", 2, glob)
}

// wildcards are the characters of a pattern that stand for others. One that is 0 stands for nothing.
type wildcards struct {
	all, one, escape, set rune
	foldsCase             bool // of ASCII only
}

func like(_ *driversqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	if len(args) != 2 && len(args) != 3 {
		return nil, errors.New("wrong number of arguments to function like()")
	}

	chosen := wildcards{all: '%', one: '_', foldsCase: true}
	if len(args) == 3 {
		if args[2] == nil {
			return nil, nil
		}
		escape := text(args[2])
		if utf8.RuneCountInString(escape) != 1 {
			return nil, errors.New("ESCAPE expression must be a single character")
		}
		chosen.escape, _ = utf8.DecodeRuneInString(escape)
		switch chosen.escape {
		case chosen.all:
			chosen.all = 0
		case chosen.one:
			chosen.one = 0
		}
	}
	return compare(args, chosen)
}

func glob(_ *driversqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	return compare(args, wildcards{all: '*', one: '?', set: '['})
}

// compare matches the second argument against the pattern that is the first.
func compare(args []driver.Value, chosen wildcards) (driver.Value, error) {
	if args[0] != nil && len(bytesOf(args[0])) > d1.MaxPattern {
		return nil, errors.New("LIKE or GLOB pattern too complex")
	}
	if args[0] == nil || args[1] == nil {
		return nil, nil
	}
	if chosen.matches([]rune(text(args[0])), []rune(text(args[1]))) {
		return int64(1), nil
	}
	return int64(0), nil
}

// text returns a value as SQLite converts it, up to a NUL, where SQLite stops reading.
func text(value driver.Value) string {
	found, _, _ := strings.Cut(bytesOf(value), "\x00")
	return found
}

func bytesOf(value driver.Value) string {
	switch value := value.(type) {
	case string:
		return value
	case []byte:
		return string(value)
	case float64:
		return number(value)
	}
	return fmt.Sprint(value)
}

// number writes a REAL as SQLite does: with 15 digits, and with a point.
func number(value float64) string {
	written := strings.TrimPrefix(strconv.FormatFloat(value, 'g', 15, 64), "+")
	if strings.ContainsAny(written, ".IN") {
		return written
	}
	digits, exponent, has := strings.Cut(written, "e")
	if has {
		return digits + ".0e" + exponent
	}
	return written + ".0"
}

// matches is patternCompare of SQLite's src/func.c.
func (w wildcards) matches(pattern, text []rune) bool {
	for len(pattern) > 0 {
		c := pattern[0]
		pattern = pattern[1:]
		switch {
		case c == w.all && c != 0:
			for i := range len(text) + 1 {
				if w.matches(pattern, text[i:]) {
					return true
				}
			}
			return false
		case len(text) == 0:
			return false
		case c == w.set && c != 0:
			rest, found := inSet(pattern, text[0])
			if !found {
				return false
			}
			pattern = rest
		case c == w.escape && c != 0:
			if len(pattern) == 0 || !w.same(pattern[0], text[0]) {
				return false
			}
			pattern = pattern[1:]
		case c != w.one && !w.same(c, text[0]):
			return false
		}
		text = text[1:]
	}
	return len(text) == 0
}

func (w wildcards) same(a, b rune) bool {
	return a == b || w.foldsCase && a < utf8.RuneSelf && b < utf8.RuneSelf && strings.EqualFold(string(a), string(b))
}

// inSet reports whether a set such as [^a-z], of which the bracket has been read, has a character, and returns the pattern
// after it.
func inSet(pattern []rune, c rune) (rest []rune, found bool) {
	next := func() (first rune) {
		if len(pattern) > 0 {
			first, pattern = pattern[0], pattern[1:]
		}
		return first
	}

	one, prior, seen := next(), rune(0), false
	inverted := one == '^'
	if inverted {
		one = next()
	}
	if one == ']' {
		seen, one = c == ']', next()
	}
	for ; one != 0 && one != ']'; one = next() {
		if one == '-' && len(pattern) > 0 && pattern[0] != ']' && prior > 0 {
			one = next()
			seen, prior = seen || c >= prior && c <= one, 0
			continue
		}
		seen, prior = seen || c == one, one
	}

	return pattern, one != 0 && seen != inverted
}
