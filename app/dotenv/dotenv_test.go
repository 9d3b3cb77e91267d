package dotenv

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/local/localtest"
)

// oddLine is a case of testdata/lines.json, which the npm package is tested with as well: local/test/dotenv.test.mjs.
type oddLine struct {
	Name string
	Text string
	Want map[string]string
	Flaw string // what dotenv passes over, and Parse does not
}

func oddLines(t *testing.T) []oddLine {
	t.Helper()
	content, err := os.ReadFile("testdata/lines.json")
	require.NoError(t, err)
	var lines []oddLine
	require.NoError(t, json.Unmarshal(content, &lines))
	require.NotEmpty(t, lines)
	return lines
}

func TestOddLines(t *testing.T) {
	for _, tc := range oddLines(t) {
		t.Run(tc.Name, func(t *testing.T) {
			values, flaw := parse(tc.Text)

			assert.Equal(t, tc.Want, values)
			if tc.Flaw == "" {
				require.NoError(t, flaw)
				return
			}
			require.EqualError(t, flaw, tc.Flaw)
		})
	}
}

// TestAgreesWithDotenv compares with the npm package on texts put together at random from what files are made of.
func TestAgreesWithDotenv(t *testing.T) {
	localtest.Require(t)
	const texts = 20_000
	module, err := filepath.Abs("../../local/node_modules/dotenv")
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	given := make([]string, texts)
	for i := range given {
		given[i] = someText(random)
	}

	wanted := readByDotenv(t, module, given)

	require.Len(t, wanted, texts)
	for i, text := range given {
		values, _ := parse(text)
		require.Equal(t, wanted[i], values, "%q", text)
	}
}

// pieces are what random texts are made of.
var pieces = []string{
	"A", "B", "export ", "=", "=", "=", ": ", ":", "'", "'", `"`, `"`, "`", "#", " ", "\t", "\n", "\n", "\n", "\r\n", "\r", `\`, `\n`, `\r`,
	"$", "$A", "${A}", "x", "y z", "\u00a0", "\ufeff", "\u2028", "é", "-", ".", "A=b\n", "A='", "B=\"", "C=`",
}

func someText(random *rand.Rand) string {
	var text strings.Builder
	for range 1 + random.IntN(24) {
		text.WriteString(pieces[random.IntN(len(pieces))])
	}
	return text.String()
}

// readByDotenv has the npm package parse the texts.
func readByDotenv(t *testing.T, module string, texts []string) []map[string]string {
	t.Helper()
	const program = `
		const { parse } = require(process.argv[1]);
		const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
		process.stdout.write(JSON.stringify(texts.map((text) => parse(Buffer.from(text)))));`
	input, err := json.Marshal(texts)
	require.NoError(t, err)
	command := exec.Command("node", "-e", program, module)
	command.Stdin, command.Stderr = bytes.NewReader(input), os.Stderr

	output, err := command.Output()

	require.NoError(t, err)
	var read []map[string]string
	require.NoError(t, json.Unmarshal(output, &read))
	return read
}

func TestParseRefuses(t *testing.T) {
	cases := map[string]struct{ content, want string }{
		"a line that dotenv skips": {"A=b\nsk-secret in the wrong place\n", "line 2 is not NAME=value"},
		"a quote left open":        {"A=b\nB='sk-secret\nC=d\n", "the value of B opens a quote that nothing closes"},
		"UTF-16":                   {"\xff\xfeA\x00=\x00b\x00", "not in UTF-8"},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			_, err := Parse([]byte(tc.content))

			require.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), "sk-secret")
		})
	}
}

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".dev.vars")
	_, err := Read(path)
	require.ErrorIs(t, err, os.ErrNotExist)

	require.NoError(t, os.WriteFile(path, []byte("A=b\nnonsense\n"), 0o600))
	_, err = Read(path)
	require.ErrorContains(t, err, path+": line 2 is not NAME=value")

	require.NoError(t, os.WriteFile(path, []byte("A=b\n"), 0o600))
	values, err := Read(path)
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"A": "b"}, values)
}

// TestFormat writes every value of the table, one by one and all together, and reads it back.
func TestFormat(t *testing.T) {
	for _, tc := range oddLines(t) {
		t.Run(tc.Name, func(t *testing.T) {
			written, err := Format(tc.Want)
			require.NoError(t, err)

			back, err := Parse(written)

			require.NoError(t, err)
			assert.Equal(t, tc.Want, back)
		})
	}

	_, err := Format(map[string]string{"A": "'`\" # ' ` \"\n"})
	assert.ErrorContains(t, err, "the value of A cannot be written")
}
