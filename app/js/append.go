// Package js appends JSON as JavaScript's JSON.stringify writes it, which is the text that better-auth signs in
// cookies, and the form of the hot answers. encoding/json differs from it in escapes, and costs WebAssembly three times
// as much. It knows values only, no shape of the application's.
package js

import (
	"time"
	"unicode/utf8"
)

// Null is what stands for a value that is not there.
const Null = "null"

// AppendString appends a string: escapes for the quote, the backslash and control characters only. What is not UTF-8 becomes
// U+FFFD, as it does when JavaScript decodes a text.
func AppendString(to []byte, text string) []byte {
	to = append(to, '"')
	plain := 0 // where the part begins that is yet to be copied
	for i := 0; i < len(text); {
		c := text[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		to = append(to, text[plain:i]...)
		if c < utf8.RuneSelf {
			to = escape(to, c)
			i++
		} else {
			r, size := utf8.DecodeRuneInString(text[i:])
			to = utf8.AppendRune(to, r)
			i += size
		}
		plain = i
	}
	to = append(to, text[plain:]...)
	return append(to, '"')
}

func escape(to []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(to, '\\', c)
	case '\b':
		return append(to, '\\', 'b')
	case '\t':
		return append(to, '\\', 't')
	case '\n':
		return append(to, '\\', 'n')
	case '\f':
		return append(to, '\\', 'f')
	case '\r':
		return append(to, '\\', 'r')
	}
	return append(to, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// AppendNullString appends a string, or null.
func AppendNullString(to []byte, text *string) []byte {
	if text == nil {
		return append(to, Null...)
	}
	return AppendString(to, *text)
}

// AppendDate appends a time as Date.prototype.toISOString writes it: UTC, milliseconds, Z. The year is one of 0 to 9999.
func AppendDate(to []byte, at time.Time) []byte {
	at = at.UTC()
	year, month, day := at.Date()
	hour, minute, second := at.Clock()
	milli := at.Nanosecond() / 1e6
	return append(to, '"',
		digit(year/1000), digit(year/100), digit(year/10), digit(year), '-', digit(int(month)/10), digit(int(month)), '-', digit(day/10), digit(day),
		'T', digit(hour/10), digit(hour), ':', digit(minute/10), digit(minute), ':', digit(second/10), digit(second),
		'.', digit(milli/100), digit(milli/10), digit(milli), 'Z', '"')
}

// digit is the last decimal digit of a number that is not negative.
func digit(number int) byte { return '0' + byte(number%10) }
