package openapi_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/api/openapi"
)

// The document is what OpenAPI 3.1 says a document is, and anybody gets it.
func TestDocument(t *testing.T) {
	document, err := openapi.Document()
	require.NoError(t, err)

	valid, problems := newValidator(t).ValidateDocument()
	assert.True(t, valid, "%v", problems)

	served := apitest.New(t).Browser().Get("/api/openapi.json")
	assert.Equal(t, http.StatusOK, served.Code)
	assert.Equal(t, "application/json", served.Header().Get("Content-Type"))
	assert.Equal(t, "public, max-age=300", served.Header().Get("Cache-Control"))
	assert.Equal(t, string(document), served.Body.String())
}
