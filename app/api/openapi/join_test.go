package openapi

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestJoin(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	one := file(`{"tags":[{"name":"A"}],"paths":{"/a":{}},"components":{"schemas":{"A":true}}}`)
	base := file(`{"openapi":"3.1.0","info":{},"components":{"schemas":{"Base":true}}}`)

	whole, err := join(fstest.MapFS{"base.json": base, "a.json": one})
	require.NoError(t, err)
	assert.JSONEq(t, `{"openapi":"3.1.0","info":{},"tags":[{"name":"A"}],"paths":{"/a":{}},"components":{"schemas":{"A":true,"Base":true}}}`, string(whole))

	for want, second := range map[string]string{
		"b.json: /a is described twice": `{"paths":{"/a":{}}}`,
		"b.json: A is described twice":  `{"components":{"schemas":{"A":{}}}}`,
		"b.json: unexpected end":        `{`,
	} {
		_, err := join(fstest.MapFS{"base.json": base, "a.json": one, "b.json": file(second)})
		assert.ErrorContains(t, err, want)
	}
}
