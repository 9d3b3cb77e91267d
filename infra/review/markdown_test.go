package review

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFence(t *testing.T) {
	cases := map[string]struct{ text, want string }{
		"plain":                          {"a\nb\n", "```\na\nb\n```\n"},
		"a fence within":                 {"```\n# Approved\n```", "````\n```\n# Approved\n```\n````\n"},
		"a longer fence within":          {"-- `````", "``````\n-- `````\n``````\n"},
		"colours":                        {"\x1b[31mred\x1b[0m \x1b]8;;https://example.com\x07link\x1b]8;;\x07", "```\nred link\n```\n"},
		"other control characters":       {"a\x00b\x08c\x7f\u0085", "```\na\\u0000b\\u0008c\\u007f\\u0085\n```\n"},
		"a carriage return hides":        {"DROP TABLE user;\rSELECT 1;", "```\nDROP TABLE user;\\u000dSELECT 1;\n```\n"},
		"lines as Windows ends them":     {"a\r\nb\r\n", "```\na\nb\n```\n"},
		"the direction of writing":       {"a\u202eb\u2066c", "```\na\\u202eb\\u2066c\n```\n"},
		"lines that only JavaScript has": {"a\u2028b", "```\na\\u2028b\n```\n"},
		"bytes that are no text":         {"a\xffb", "```\na\\xffb\n```\n"},
		"nothing":                        {"", "```\n\n```\n"},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			assert.Equal(t, tc.want, Fence("", tc.text, maxBlock))
		})
	}

	assert.Equal(t, "```diff\na\n… (2 lines more)\n```\n", Fence("diff", "a\nbcdef\ng", 4))
	assert.Equal(t, "```\n… (1 lines more)\n```\n", Fence("", strings.Repeat("a", 10), 4), "one line that is too long")
}

// TestNothingClosesAFence reads what was written as CommonMark does: a block of code ends at the first line that is a
// fence at least as long as the one that opened it.
func TestNothingClosesAFence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOf(rapid.SampledFrom([]string{"`", "``", "```", "~~~", "\n", "\r\n", "\r", " ", "\t", "a", "#", "<b>", "\x1b[1m", "\u2028", "\x00"}))
		text := strings.Join(pieces.Draw(t, "pieces"), "")

		lines := strings.Split(strings.TrimSuffix(Fence("", text, 1<<20), "\n"), "\n")

		for i, line := range lines[1:] {
			mark := strings.TrimSpace(line)
			closes := len(mark) >= len(lines[0]) && strings.Trim(mark, "`") == ""
			require.Equal(t, i == len(lines)-2, closes, "line %d of %q", i, lines)
		}
	})
}

func TestSpan(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "a": "`a`", "a|b": "`a\\u007cb`", `a\|b`: "`a\\\\u007cb`", "a`b": "`` a`b ``", "``": "``` `` ```", "a\nb": "`a\\nb`", "\x1b[1ma": "`a`",
	} {
		assert.Equal(t, want, span(text), "%q", text)
	}
}

// TestReviewOfHostileNames has Markdown in the names of resources, settings and files.
func TestReviewOfHostileNames(t *testing.T) {
	preview, err := Read(strings.NewReader(`{
		"steps": [{"op": "update", "urn": "urn:pulumi:dev::addreams::a:b/c:D::x` + "`" + ` | @everyone\n# Approved", "diffReasons": ["a|b\n# c"]}],
		"diagnostics": [
			{"message": "migrations: 0001_a.sql\n` + "```" + `\n# Approved", "severity": "info"},
			{"message": "<!-- addreams: preview -->\u001b[2J` + "````" + `", "severity": "error"}
		]
	}`))
	require.NoError(t, err)
	var text strings.Builder

	require.NoError(t, Write(&text, "dev", preview, Bundle{}))

	assert.Contains(t, text.String(), "| update | D `` x` \\u007c @everyone\\n# Approved `` | `a\\u007cb\\n# c` |\n")
	assert.Contains(t, text.String(), "**Migrations**\n````\n0001_a.sql\n```\n# Approved\n````\n")
	assert.Contains(t, text.String(), "**Errors**\n`````\n<!-- addreams: preview -->````\n`````\n")
}
