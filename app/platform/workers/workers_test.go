package workers_test

import (
	"testing"

	"github.com/addreams/addreams/app/platform/workers/workerstest"
)

func TestInWorkerd(t *testing.T) { workerstest.Run(t, "./internal/testworker") }
