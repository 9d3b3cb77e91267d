package reference_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/addreams/addreams/app/api/reference"
)

// The viewer is the one that was reviewed. A new version comes from `npm pack redoc@VERSION`: take bundles/redoc.standalone.js,
// replace the address of logo-mini.svg by data:, remove the line of the source map, bring LICENSES.txt and the version in index.html
// and in the package comment up to date, and put the new sum here.
func TestViewer(t *testing.T) {
	sum := sha256.Sum256(reference.Viewer)

	assert.Equal(t, "0e1d1ae6354391ce19c8785f1ed722f167baf5b709c55e00fed6265c0abcb1ad", hex.EncodeToString(sum[:]))
	assert.Contains(t, string(reference.Page), "redoc.js?v=2.5.4")
}
