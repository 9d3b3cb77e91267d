package e2e

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/review"
)

// TestReview reads the real engine's output.
func TestReview(t *testing.T) {
	w := newWorld(t, "dev")
	var comment strings.Builder
	require.NoError(t, review.Write(&comment, "dev", w.json("preview", "--json"), review.Bundle{}))
	assert.Contains(t, comment.String(), "### `dev`: 4 to create\n")
	assert.Contains(t, comment.String(), "| create | D1Database `database` |")
	assert.Contains(t, comment.String(), "**Migrations**\n```\n0000_windy_nicolaos.sql  additive")
	assert.NotContains(t, comment.String(), "**Errors**")

	w.up()
	assert.Empty(t, review.Drift(w.json("refresh", "--preview-only", "--json"), review.Schema{}))

	w.uploadScript("addreams-api-dev", "export default { fetch() { return new Response('changed by hand'); } };")
	assert.Contains(t, review.Drift(w.json("refresh", "--preview-only", "--json"), review.Schema{}), "| update | WorkersScript `worker` |")
}

// json runs a command of the engine and reads its standard output as a preview.
func (w *world) json(arguments ...string) review.Preview {
	w.t.Helper()
	var printed, said bytes.Buffer
	command := w.engine.Command(w.t.Context(), arguments...)
	command.Stdout, command.Stderr = &printed, &said
	require.NoError(w.t, command.Run(), said.String())
	preview, err := review.Read(&printed)
	require.NoError(w.t, err)
	return preview
}
