package main_test

import (
	"testing"

	"github.com/addreams/addreams/app/platform/workers/workerstest"
)

// The product's own Worker, where clients leave, operations fail and much is asked at once.
func TestInWorkerd(t *testing.T) { workerstest.Run(t, ".") }
