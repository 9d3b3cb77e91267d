package js

import "time"

// ISODate is the layout of Date.prototype.toISOString, for a time in UTC.
const ISODate = "2006-01-02T15:04:05.000Z"

// AppendDate appends the JSON of a Date: a quoted string in the ISODate layout. The year must be between 0 and 9999.
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

// digit returns the last decimal digit of a non-negative number.
func digit(number int) byte { return '0' + byte(number%10) }
