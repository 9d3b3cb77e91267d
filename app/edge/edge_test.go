package edge_test

import (
	"testing"

	"github.com/addreams/addreams/app/edge/edgetest"
)

// The test Worker does on request what a handler may do, and what can go wrong.
func TestInWorkerd(t *testing.T) { edgetest.Run(t, "./internal/testworker") }
