package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// clock is one field of a cron expression as Cloudflare reads it:
// https://developers.cloudflare.com/workers/configuration/cron-triggers/#supported-cron-expressions, and where that is
// silent, as its parser reads it, https://github.com/cloudflare/saffron/blob/main/saffron/src/parse.rs.
type clock struct {
	name     string
	min, max int
	names    []string       // of min and the values that follow, such as JAN
	special  *regexp.Regexp // other forms than lists, ranges and steps; a group is a number
	limits   []int          // the largest number of each of special's groups
	form     string
}

var clocks = []clock{
	{name: "minute", min: 0, max: 59, form: "0 to 59"},
	{name: "hour", min: 0, max: 23, form: "0 to 23"},
	{
		name: "day of the month", min: 1, max: 31,
		special: regexp.MustCompile(`^(?:LW?|L-(\d+)W?|(\d+)W)$`), limits: []int{30, 31},
		form: "1 to 31, L for the last, 15W for the weekday nearest to the 15th",
	},
	{
		name: "month", min: 1, max: 12, names: []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"},
		form: "1 to 12 or JAN to DEC",
	},
	{
		name: "weekday", min: 1, max: 7, names: []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"},
		special: regexp.MustCompile(`^(?:L|(?:[1-7]|(?i:SUN|MON|TUE|WED|THU|FRI|SAT))(?:L|#(\d+)))$`), limits: []int{5},
		form: "1 to 7, where 1 is Sunday and 7 is Saturday, or SUN to SAT",
	},
}

// blanks separate the fields of a cron expression.
var blanks = regexp.MustCompile(`[ \t]+`)

// checkCron reports why Cloudflare would refuse a cron expression, or never run it.
func checkCron(expression string) error {
	if strings.Trim(expression, " \t") != expression {
		return errors.New("has blanks before or after it, which Cloudflare refuses")
	}
	fields := blanks.Split(expression, -1)
	if len(fields) != len(clocks) {
		return errors.New("is not a cron expression of five fields: minute, hour, day of the month, month, weekday")
	}

	var values [5][]int
	for i, clock := range clocks {
		var valid bool
		if values[i], valid = clock.read(fields[i]); !valid {
			return fmt.Errorf("has the %s %q, which Cloudflare refuses: it takes %s, lists (a,b), ranges (a-b) and steps up to %d (*/n)",
				clock.name, fields[i], clock.form, clock.max-clock.min)
		}
	}

	if fields[4] == "*" && !slices.ContainsFunc(values[3], func(month int) bool { return slices.Min(values[2]) <= longest[month] }) {
		return fmt.Errorf("would never run: no month %s has a day %s", fields[3], fields[2])
	}
	return nil
}

// unixWeekdays matches weekdays as Unix counts them, from 0 for Sunday.
var unixWeekdays = regexp.MustCompile(`^[0-6]([,-][0-6])*$`)

// rightCron returns an expression that Cloudflare accepts: the same one with weekdays by name if it counts them from 0, or
// else every five minutes.
func rightCron(expression string) string {
	fields := strings.Fields(expression)
	if len(fields) == len(clocks) && unixWeekdays.MatchString(fields[4]) {
		named := regexp.MustCompile(`[0-6]`).ReplaceAllStringFunc(fields[4], func(day string) string {
			return clocks[4].names[day[0]-'0']
		})
		right := strings.Join(append(fields[:4:4], named), " ")
		if checkCron(right) == nil {
			return right
		}
	}
	return "*/5 * * * *"
}

// longest has the most days of each month.
var longest = []int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// read returns the values that a field allows, and whether the field is valid.
func (c clock) read(field string) (values []int, valid bool) {
	if field == "*" {
		return c.between(c.min, c.max, 1), true
	}

	if c.special != nil {
		if match := c.special.FindStringSubmatch(field); match != nil {
			return c.readSpecial(match[1:])
		}
	}
	for i, item := range strings.Split(field, ",") {
		some, valid := c.item(item, i == 0)
		if !valid {
			return nil, false
		}
		values = append(values, some...)
	}

	return values, true
}

// readSpecial reads the number of a special form. For a day of the month it returns how many days the month must have:
// L-3 needs 4.
func (c clock) readSpecial(numbers []string) (values []int, valid bool) {
	for i, text := range numbers {
		if text == "" {
			continue
		}
		number, err := strconv.ParseUint(text, 10, 8)
		if err != nil || number < 1 || int(number) > c.limits[i] {
			return nil, false
		}
		values = append(values, int(number)+1-i)
	}
	return append(values, c.min)[:1], true
}

// cronItem matches an element of a list: a value, a range, or either with a step.
var cronItem = regexp.MustCompile(`^(\*|[0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?(?:/([0-9]+))?$`)

// item reads an element of a list. There a star means the smallest value, and is first in the list only with a step.
func (c clock) item(text string, first bool) (values []int, valid bool) {
	match := cronItem.FindStringSubmatch(text)
	if match == nil || first && match[1] == "*" && (match[2] != "" || match[3] == "") {
		return nil, false
	}

	from, valid := c.value(match[1])
	to, step := from, 1
	if valid && match[3] != "" {
		to = c.max
		step, valid = number(match[3], 1, c.max-c.min)
	}
	if valid && match[2] != "" {
		to, valid = c.value(match[2])
	}
	if !valid {
		return nil, false
	}
	return c.between(from, to, step), true
}

func (c clock) value(text string) (value int, valid bool) {
	if text == "*" {
		return c.min, true
	}
	if i := slices.Index(c.names, strings.ToUpper(text)); i >= 0 {
		return c.min + i, true
	}
	return number(text, c.min, c.max)
}

func number(text string, least, most int) (value int, valid bool) {
	parsed, err := strconv.ParseUint(text, 10, 8)
	return int(parsed), err == nil && int(parsed) >= least && int(parsed) <= most
}

// between returns the values of a range. A range that ends before it begins continues from the smallest value, such as the
// hours 22-2; its step is ignored.
func (c clock) between(from, to, step int) []int {
	if from > to {
		return append(c.between(from, c.max, 1), c.between(c.min, to, 1)...)
	}
	var values []int
	for value := from; value <= to; value += step {
		values = append(values, value)
	}
	return values
}
