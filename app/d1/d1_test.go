package d1_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/addreams/addreams/app/d1"
)

func TestViolates(t *testing.T) {
	cases := map[string]struct {
		err  error
		want bool
	}{
		"the column":         {&d1.Error{Message: "UNIQUE constraint failed: user.email"}, true},
		"wrapped":            {fmt.Errorf("sign up: %w", &d1.Error{Message: "UNIQUE constraint failed: user.email"}), true},
		"with D1's frame":    {&d1.Error{Message: "D1_ERROR: UNIQUE constraint failed: user.email: SQLITE_CONSTRAINT"}, true},
		"one of two columns": {&d1.Error{Message: "UNIQUE constraint failed: user.name, user.email"}, true},
		"a longer column":    {&d1.Error{Message: "UNIQUE constraint failed: user.email_verified"}, false},
		"another constraint": {&d1.Error{Message: "NOT NULL constraint failed: user.email"}, false},
		"no refusal":         {errors.New("UNIQUE constraint failed: user.email"), false},
		"no error":           {nil, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tc.want, d1.Violates(tc.err, "user.email")) })
	}
}

func TestRow(t *testing.T) {
	row := d1.Row{nil, "text", int64(7), 2.0}
	assert.Equal(t, "", row.Text(0))
	assert.Zero(t, row.Int(0))
	assert.False(t, row.Bool(0))
	assert.Equal(t, "text", row.Text(1))
	assert.Zero(t, row.Int(1))
	assert.Equal(t, int64(7), row.Int(2))
	assert.True(t, row.Bool(2))
	assert.Equal(t, int64(2), row.Int(3), "a number that came as a double")
}
