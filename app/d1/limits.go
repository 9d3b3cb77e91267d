package d1

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// D1's limits, which every adapter enforces: https://developers.cloudflare.com/d1/platform/limits/.
const (
	MaxArgs      = 100
	MaxStatement = 100_000   // bytes of one SQL statement
	MaxRow       = 2_000_000 // bytes of one row, string or BLOB
	MaxColumns   = 100       // columns of one table or result
)

// Limits that are not documented, but that workerd sets in SQLite:
// https://github.com/cloudflare/workerd/blob/main/src/workerd/util/sqlite.c%2B%2B, setupSecurity.
const (
	MaxDepth        = 100    // levels of one expression
	MaxCompound     = 5      // SELECTs joined by UNION, INTERSECT or EXCEPT; the rows of VALUES don't count
	MaxOperations   = 25_000 // of a compiled statement; SQLite's program grows in powers of two, so only 21,504 fit
	MaxFunctionArgs = 127
	MaxPattern      = 50 // bytes of a LIKE or GLOB pattern
	MaxTriggers     = 10 // levels of triggers and foreign key actions that fire each other
)

// maxInteger is the largest integer that D1 transports exactly: JSON and JavaScript numbers are doubles.
const maxInteger = 1<<53 - 1

// Values returns the values to bind to the statement's parameters, as the types that are stored: nil, string, int64, float64
// or []byte. It returns an *Error for what D1 would refuse: more than MaxArgs arguments, SQL over MaxStatement, and types or
// numbers that D1 cannot represent, such as time.Time.
func (s Statement) Values() ([]any, error) {
	if len(s.Args) > MaxArgs {
		return nil, refusal("too many SQL variables: %d, D1 binds at most %d", len(s.Args), MaxArgs)
	}
	if strings.IndexByte(s.SQL, 0) >= 0 {
		return nil, refusal("the statement has a NUL, where SQLite stops reading")
	}
	if len(s.SQL) > MaxStatement {
		return nil, refusal("statement too long: %d bytes, D1 takes at most %d", len(s.SQL), MaxStatement)
	}

	values := make([]any, len(s.Args))
	for i, arg := range s.Args {
		value, err := stored(arg)
		if err != nil {
			return nil, refusal("argument %d: %v", i+1, err)
		}
		values[i] = value
	}
	return values, nil
}

func stored(arg any) (any, error) {
	switch value := arg.(type) {
	case nil:
		return value, nil
	case string:
		return value, fits(len(value))
	case []byte:
		if value == nil {
			return nil, nil
		}
		return value, fits(len(value))
	case *string:
		if value == nil {
			return nil, nil
		}
		return *value, fits(len(*value))
	case int:
		return integer(int64(value))
	case int64:
		return integer(value)
	case *int64:
		if value == nil {
			return nil, nil
		}
		return integer(*value)
	case bool:
		if value {
			return int64(1), nil
		}
		return int64(0), nil
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return nil, errors.New("a number that is not finite can't be stored")
		}
		return value, nil
	}
	return nil, fmt.Errorf("type %T is not supported; times are bound as Unix seconds", arg)
}

func fits(bytes int) error {
	if bytes > MaxRow {
		return fmt.Errorf("string or blob too big: %d bytes, D1 stores at most %d", bytes, MaxRow)
	}
	return nil
}

func integer(value int64) (any, error) {
	if value > maxInteger || value < -maxInteger {
		return nil, fmt.Errorf("an integer beyond ±%d loses digits on its way to D1", maxInteger)
	}
	return value, nil
}

func refusal(format string, args ...any) *Error { return &Error{Message: fmt.Sprintf(format, args...)} }
