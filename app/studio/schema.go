package studio

import (
	"errors"
	"math"
	"strconv"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/studio/payload"
	"github.com/addreams/addreams/app/zod"
)

// issue is what is wrong with a value, in the words of zod.
type issue struct {
	path string // of the value, dotted, with array indexes; "" is the body
	text string
}

// below puts the issue one step deeper.
func (i *issue) below(step string) *issue {
	if i.path != "" {
		step += "." + i.path
	}
	return &issue{path: step, text: i.text}
}

// fault is the issue as the caller reads it.
func (i *issue) fault() error {
	path := i.path
	if path == "" {
		path = "body"
	}
	return fault.New(fault.InvalidRequest, path+": "+i.text)
}

// rule reads one value, and says what is wrong with it. An error is the body's: malformed, too large, cut off.
type rule func(*payload.Reader) (*issue, error)

// field is a member of an object that is known by its name. Where a name stands twice, the last counts.
type field struct {
	name string
	rule rule
}

// of reads a value only if it is of the kind.
func of(kind payload.Kind, read func(*payload.Reader) (*issue, error)) rule {
	return func(r *payload.Reader) (*issue, error) {
		found, err := r.Kind()
		if err != nil {
			return nil, err
		}
		if found != kind {
			return &issue{text: zod.WrongType(string(kind), string(found))}, r.Skip()
		}
		return read(r)
	}
}

// object reads the fields; the first of them, in their order, that has an issue gives it. Other members are skipped.
func object(fields ...field) rule {
	return of(payload.Object, func(r *payload.Reader) (*issue, error) {
		issues := make([]*issue, len(fields))
		err := r.Object(func(name string) (err error) {
			for i, field := range fields {
				if field.name == name {
					issues[i], err = field.rule(r)
					return err
				}
			}
			return r.Skip()
		})
		for i, found := range issues {
			if found != nil {
				return found.below(fields[i].name), err
			}
		}
		return nil, err
	})
}

// array reads each element; the first that has an issue gives it.
func array(element func(index int) rule) rule {
	return of(payload.Array, func(r *payload.Reader) (*issue, error) {
		var first *issue
		err := r.Array(func(index int) error {
			found, err := element(index)(r)
			if found != nil && first == nil {
				first = found.below(strconv.Itoa(index))
			}
			return err
		})
		return first, err
	})
}

// maxText is the longest prompt, in bytes, and the longest of all other strings but a picture. What is stored of a
// request has to fit a row of the database.
const maxText = 512 << 10

// text reads a string into *into; nil means absent.
func text(into **string) rule {
	return of(payload.String, func(r *payload.Reader) (*issue, error) {
		value, err := r.Text(maxText)
		*into = &value
		if errors.Is(err, payload.ErrTooLong) {
			return nil, fault.New(fault.PayloadTooLarge, "A text in the request is too long.")
		}
		return nil, err
	})
}

// anyText reads a string that nobody needs.
func anyText() rule {
	return of(payload.String, func(r *payload.Reader) (*issue, error) { return nil, r.Skip() })
}

// flag reads a boolean.
func flag(into **bool) rule {
	return of(payload.Boolean, func(r *payload.Reader) (*issue, error) {
		value, err := r.Bool()
		*into = &value
		return nil, err
	})
}

// safeInteger is JavaScript's largest exact integer.
const safeInteger = 1<<53 - 1

// integer reads a whole number, however it is written: 1.0 and 1e2 are whole.
func integer(into **int64, within ...bounds) rule {
	return of(payload.Number, func(r *payload.Reader) (*issue, error) {
		value, err := r.Number()
		if err != nil {
			return nil, err
		}
		if math.IsInf(value, 0) {
			return &issue{text: zod.WrongType(zod.Number, zod.Number)}, nil
		}
		if value != math.Trunc(value) {
			return &issue{text: zod.WrongType(zod.Int, zod.Number)}, nil
		}
		if value > safeInteger {
			return &issue{text: zod.AboveMaximum(zod.Int, safeInteger)}, nil
		}
		if value < -safeInteger {
			return &issue{text: zod.BelowMinimum(zod.Int, -safeInteger)}, nil
		}
		number := int64(value)
		*into = &number
		for _, limits := range within {
			if found := limits.check(number); found != nil {
				return found, nil
			}
		}
		return nil, nil
	})
}

// bounds are the smallest and the largest number allowed.
type bounds struct{ least, most int64 }

func (b bounds) check(number int64) *issue {
	switch {
	case number < b.least:
		return &issue{text: zod.BelowMinimum(zod.Number, b.least)}
	case number > b.most:
		return &issue{text: zod.AboveMaximum(zod.Number, b.most)}
	}
	return nil
}

// document reads a whole body. What is wrong with its form outranks what is wrong with its values.
func document(r *payload.Reader, body rule) error {
	found, err := body(r)
	if err == nil {
		err = r.End()
	}
	if err == nil && found != nil {
		return found.fault()
	}
	return err
}
