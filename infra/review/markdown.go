package review

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxBlock is the most that is shown of a block, in bytes: a comment on GitHub may have 65,536 characters.
const maxBlock = 20_000

// Fence returns a text as a block of code that nothing in it can close: its fence is longer than any run of backticks in the
// text. language may be "". A text that is longer than limit bytes is cut at the end of a line.
func Fence(language, text string, limit int) string {
	text = cut(strings.TrimRight(clean(text), "\n"), limit)
	fence := strings.Repeat("`", max(3, longestRun(text)+1))
	return fence + language + "\n" + text + "\n" + fence + "\n"
}

// plainWord matches what has no meaning in Markdown.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9.-]*$`)

// word returns a name as it is, or as code if Markdown could take it for something else.
func word(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return span(text)
}

// span returns a text as code in a cell of a table. No backtick, bar or newline in it ends the code or the cell.
func span(text string) string {
	text = strings.NewReplacer("\n", `\n`, "|", `\u007c`).Replace(clean(text))
	if text == "" {
		return ""
	}
	fence := strings.Repeat("`", longestRun(text)+1)
	if strings.Contains(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// ansi matches the sequences that colour a terminal, or do worse: https://ecma-international.org/publications-and-standards/standards/ecma-48/.
var ansi = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[ -/]*[0-~])")

// clean makes visible what a reader would not see, or what would change how the rest is displayed. It removes a terminal's
// sequences, and writes other control and formatting characters, such as those that change the direction of writing, as
// \u202e.
func clean(text string) string {
	text = strings.ReplaceAll(ansi.ReplaceAllString(text, ""), "\r\n", "\n")
	var shown strings.Builder
	for i, char := range text {
		_, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case char == utf8.RuneError && size == 1:
			fmt.Fprintf(&shown, `\x%02x`, text[i])
		case char != '\n' && char != '\t' && unicode.In(char, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
			fmt.Fprintf(&shown, `\u%04x`, char)
		default:
			shown.WriteRune(char)
		}
	}

	return shown.String()
}

// longestRun is the length of the longest run of backticks.
func longestRun(text string) int {
	longest, run := 0, 0
	for i := range len(text) {
		run++
		if text[i] != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	kept := text[:strings.LastIndexByte(text[:limit], '\n')+1]
	return fmt.Sprintf("%s… (%d lines more)", kept, 1+strings.Count(text[len(kept):], "\n"))
}
