package studio

import (
	"errors"
	"math"
	"strconv"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/studio/payload"
	"github.com/addreams/addreams/app/studio/picture"
	"github.com/addreams/addreams/app/zod"
)

// issue is what is wrong with a value, in the words of zod.
type issue struct {
	path string // of the value: names and array indexes, joined by dots; "" for the body
	text string
}

// below returns the issue of a value one level deeper.
func (i *issue) below(step string) *issue {
	if i.path != "" {
		step += "." + i.path
	}
	return &issue{path: step, text: i.text}
}

// fault returns the issue in the form that the caller reads.
func (i *issue) fault() error {
	path := i.path
	if path == "" {
		path = "body"
	}
	return fault.New(fault.InvalidRequest, path+": "+i.text)
}

// rule reads one value, and returns what is wrong with it. An error concerns the whole body: it is malformed, too large or
// incomplete.
type rule func(*payload.Reader) (*issue, error)

// field is a member of an object. If its name occurs twice, the last one counts.
type field struct {
	name string
	rule rule
}

// of reads a value if it is of the kind, and skips it otherwise.
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

// object reads the fields, and returns the issue of the first in their order that has one. Other members are skipped.
func object(fields ...field) rule {
	return of(payload.Object, func(r *payload.Reader) (*issue, error) {
		issues := make([]*issue, len(fields))
		err := r.Object(func(name string) (err error) {
			for i, known := range fields {
				if known.name == name {
					issues[i], err = known.rule(r)
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

// array reads each element, and returns the issue of the first that has one.
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

// maxText is the longest string, in bytes, other than a picture. What is stored of a request has to fit into a row of the
// database.
const maxText = 512 << 10

// optional is a field that may be absent.
type optional[T any] struct {
	value   T
	present bool
}

// readText reads a string.
func readText(into *optional[string]) rule {
	return of(payload.String, func(r *payload.Reader) (*issue, error) {
		value, err := r.Text(maxText)
		*into = optional[string]{value, true}
		if errors.Is(err, payload.ErrTooLong) {
			return nil, fault.New(fault.PayloadTooLarge, "A text in the request is too long.")
		}
		return nil, err
	})
}

// maxNoted is how many bytes of a string noteText keeps.
const maxNoted = 16

// noteText reads the beginning of a string into *into, and skips any other value: nothing depends on it but a warning.
func noteText(into *string) rule {
	return func(r *payload.Reader) (*issue, error) {
		kind, err := r.Kind()
		if err != nil {
			return nil, err
		}
		if kind != payload.String {
			return nil, r.Skip()
		}

		*into, err = r.Beginning(maxNoted)
		return nil, err
	}
}

// skipText checks that a value is a string, and drops it.
func skipText() rule {
	return of(payload.String, func(r *payload.Reader) (*issue, error) { return nil, r.Skip() })
}

// readSource reads a string that names a picture.
func readSource(pictures *picture.Reader, into *picture.Source) rule {
	return of(payload.String, func(r *payload.Reader) (_ *issue, err error) {
		*into, err = pictures.Read(r)
		return nil, err
	})
}

// readFlag reads a boolean.
func readFlag(into *optional[bool]) rule {
	return of(payload.Boolean, func(r *payload.Reader) (*issue, error) {
		value, err := r.Bool()
		*into = optional[bool]{value, true}
		return nil, err
	})
}

// safeInteger is JavaScript's largest exact integer.
const safeInteger = 1<<53 - 1

// readInteger reads a whole number in any notation: 1.0 and 1e2 are whole.
func readInteger(into *optional[int64], within ...bounds) rule {
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
		*into = optional[int64]{number, true}
		for _, limits := range within {
			if found := limits.check(number); found != nil {
				return found, nil
			}
		}
		return nil, nil
	})
}

// bounds are the smallest and the largest allowed number.
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

// document reads a whole body. A malformed body is reported before an invalid value.
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
