package workers_test

import (
	"testing"

	"github.com/addreams/addreams/app/platform/workers/workerstest"
)

// The test Worker does on request what a handler may do, and what can go wrong.
func TestInWorkerd(t *testing.T) { workerstest.Run(t, "./internal/testworker") }
