package qwen

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/addreams/addreams/app/studio"
)

func TestModels(t *testing.T) {
	cases := map[string]struct {
		text, edit *studio.Model // of its row
	}{
		"qwen-image":                      {&legacyText, nil},
		"qwen-image-max":                  {&legacyText, nil},
		"qwen-image-max-2025-12-30":       {&legacyText, nil},
		"qwen-image-edit":                 {nil, &firstEdit},
		"qwen-image-edit-2025-08-19":      {nil, &firstEdit},
		"qwen-image-edit-plus-2025-10-30": {nil, &legacyEdit},
		"qwen-image-edit-max":             {nil, &legacyEdit},
		"qwen-image-2.0-pro-2026-06-22":   {&secondText, &secondEdit},
		"qwen-image-2.1-pro":              {&secondText, &tenReferences},
		"qwen-image-3.0":                  {&thirdText, &thirdEdit},
		"qwen-image-3.0-pro":              {&thirdText, &thirdEdit},
		"wan2.7-image-pro":                {&wanText, &wanEdit},
		"qwen-image-4.0":                  {nil, nil},
		"qwen-image-edited":               {nil, nil},
		"another":                         {nil, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			row := rowOf(name)

			assert.Same(t, tc.text, row.text)
			assert.Same(t, tc.edit, row.edit)
			for _, workflow := range []studio.Workflow{studio.ImageFromText, studio.ImageFromReference} {
				model := modelOf(name, workflow)
				assert.Equal(t, name, model.Name)
				assert.GreaterOrEqual(t, model.MaxImages, int64(1))
				assert.Equal(t, workflow == studio.ImageFromReference, model.MaxReferences > 0)
			}
		})
	}
}

// The contract has recorded one reference and one image for these two.
func TestDefaultModelsAreAsRecorded(t *testing.T) {
	text, edit := modelOf(defaultImageModel, studio.ImageFromText), modelOf(defaultEditModel, studio.ImageFromReference)

	assert.True(t, text.AsRecorded && edit.AsRecorded)
	assert.EqualValues(t, 1, text.MaxImages)
	assert.Equal(t, 1, edit.MaxReferences)
	assert.False(t, modelOf("qwen-image-edit-max-2026-01-16", studio.ImageFromReference).AsRecorded)
}

func TestSlowModelsHaveTime(t *testing.T) {
	for text, want := range map[string]time.Duration{"": slowTimeout, "60000": time.Minute} {
		timeout, err := timeoutOf(text, defaultImageModel, "qwen-image-3.0-pro")

		assert.NoError(t, err)
		assert.Equal(t, want, timeout)
	}
}
