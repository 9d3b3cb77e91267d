package binding_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/binding"
)

func TestParseKeys(t *testing.T) {
	const one, two = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "//////////////////////////////////////////8="
	good := map[string][]string{
		"":                                  nil,
		" ":                                 nil,
		"k1:" + one:                         {"k1"},
		"2026-11:" + one + ", k_2:" + two:   {"2026-11", "k_2"},
		strings.Repeat("a", 16) + ":" + two: {strings.Repeat("a", 16)},
	}
	for text, want := range good {
		keys, err := binding.ParseKeys(text)
		require.NoError(t, err, text)
		var ids []string
		for _, key := range keys {
			assert.Len(t, key.Secret, 32)
			ids = append(ids, key.ID)
		}
		assert.Equal(t, want, ids)
	}

	bad := []string{
		one, ":" + one, "k1", "k1:", "k1:" + one[:43], "k1:" + strings.TrimSuffix(one, "="), "k 1:" + one, "ü:" + one,
		"k1:" + one + ",", "k1:" + one + ",k1:" + two, strings.Repeat("a", 17) + ":" + one, "k1:" + one + one,
	}
	for _, text := range bad {
		_, err := binding.ParseKeys(text)
		require.Error(t, err, text)
		assert.NotContains(t, err.Error(), one[:40])
	}
}
