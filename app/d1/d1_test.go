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
