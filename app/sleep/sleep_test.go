package sleep_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/addreams/addreams/app/sleep"
)

func TestFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()

		assert.NoError(t, sleep.For(t.Context(), time.Minute))

		assert.Equal(t, time.Minute, time.Since(started))
	})
}

func TestForUntilTheContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped := errors.New("stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		started := time.Now()
		time.AfterFunc(time.Second, func() { cancel(stopped) })

		assert.Equal(t, stopped, sleep.For(ctx, time.Minute))

		assert.Equal(t, time.Second, time.Since(started))
	})
}
