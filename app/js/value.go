package js

import "math"

// Truthy reports whether a decoded JSON value counts as true: all do but null, false, 0, NaN and "".
func Truthy(value any) bool {
	switch value := value.(type) {
	case nil:
		return false
	case bool:
		return value
	case string:
		return value != ""
	case float64:
		return value != 0 && !math.IsNaN(value)
	}
	return true
}

// ParseInt is parseInt(text, 10): it reads leading white space, a sign and digits, and ignores the rest. It reports false
// where JavaScript returns NaN. Numbers beyond 32 bits become the largest or smallest that fits.
func ParseInt(text string) (int, bool) {
	text = Trim(text)
	sign := 1
	if text != "" && (text[0] == '-' || text[0] == '+') {
		if text[0] == '-' {
			sign = -1
		}
		text = text[1:]
	}

	number, digits := 0, 0
	for ; digits < len(text) && '0' <= text[digits] && text[digits] <= '9'; digits++ {
		number = min(number*10+int(text[digits]-'0'), math.MaxInt32)
	}
	return sign * number, digits > 0
}
