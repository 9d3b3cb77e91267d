package safejson_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/safejson"
)

// shapes nest a value to a number of levels.
var shapes = map[string]func(depth int) string{
	"arrays":  func(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) },
	"objects": func(depth int) string { return strings.Repeat(`{"a":`, depth) + "0" + strings.Repeat("}", depth) },
	"both": func(depth int) string {
		return strings.Repeat(`[{"a":`, depth/2) + strings.Repeat("[", depth%2) + "0" + strings.Repeat("]", depth%2) + strings.Repeat("}]", depth/2)
	},
	"among siblings": func(depth int) string { return strings.Repeat(`[[],{},"]",`, depth) + "0" + strings.Repeat("]", depth) },
}

func TestDepth(t *testing.T) {
	for name, nested := range shapes {
		t.Run(name, func(t *testing.T) {
			for _, depth := range []int{1, 2, 10, safejson.MaxDepth - 1} {
				var value any
				assert.NoError(t, safejson.Unmarshal([]byte(nested(depth)), &value), depth)
				assert.True(t, safejson.Valid([]byte(nested(depth))), depth)
			}
			for _, depth := range []int{safejson.MaxDepth + 1, 6_000, 9_999, 100_000, 1_000_000} {
				var value any
				assert.ErrorIs(t, safejson.Unmarshal([]byte(nested(depth)), &value), safejson.ErrTooDeep, depth)
				assert.False(t, safejson.Valid([]byte(nested(depth))), depth)
			}
		})
	}
}

func TestBracketsThatDoNotNest(t *testing.T) {
	many := strings.Repeat("[{", safejson.MaxDepth)
	cases := map[string]string{
		"in a string":            `"` + many + `"`,
		"after an escaped quote": `"\"` + many + `"`,
		"in a name":              `{"` + many + `":0}`,
		"one after another":      "[" + strings.Repeat("[],", 10*safejson.MaxDepth) + "0]",
	}

	for name, document := range cases {
		t.Run(name, func(t *testing.T) {
			require.True(t, json.Valid([]byte(document)))

			assert.True(t, safejson.Valid([]byte(document)))
		})
	}
	assert.False(t, safejson.Valid([]byte(`["\\",`+many+many+`]`)), "an escaped backslash does not escape the quote")
}

func FuzzShallowAgreesWithTheDecoder(f *testing.F) {
	f.Add([]byte(`{"a":["\\\"]",{}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		if json.Valid(document) && safejson.Shallow(document) {
			assert.LessOrEqual(t, depthOf(t, document), safejson.MaxDepth)
		}
	})
}

func depthOf(t *testing.T, document []byte) (deepest int) {
	depth := 0
	for decoder := json.NewDecoder(strings.NewReader(string(document))); decoder.More() || depth > 0; {
		read, err := decoder.Token()
		require.NoError(t, err)
		switch read {
		case json.Delim('['), json.Delim('{'):
			depth++
			deepest = max(deepest, depth)
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
	}

	return deepest
}

// exempt are packages of the Worker that may use encoding/json directly.
var exempt = map[string]string{
	"github.com/addreams/addreams/app/safejson": "it is the guard",
	"github.com/addreams/addreams/app/migrate":  "decodes one word of a report, for the command line alone",
}

// Every package of the Worker decodes JSON through this package.
func TestNobodyElseDecodes(t *testing.T) {
	files := workerFiles(t)
	require.Greater(t, len(files), 100)

	for _, file := range files {
		for _, call := range decoderCalls(t, file) {
			t.Errorf("%s calls json.%s: call package safejson, which measures the nesting first", file, call)
		}
	}
}

func workerFiles(t *testing.T) []string {
	command := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,GoFiles", "github.com/addreams/addreams/app/cmd/worker")
	command.Env = append(command.Environ(), "GOOS=js", "GOARCH=wasm")
	output, err := command.Output()
	require.NoError(t, err)

	var files []string
	for decoder := json.NewDecoder(strings.NewReader(string(output))); decoder.More(); {
		var pkg struct {
			ImportPath, Dir string
			GoFiles         []string
		}
		require.NoError(t, decoder.Decode(&pkg))
		if exempt[pkg.ImportPath] != "" || !strings.HasPrefix(pkg.ImportPath, "github.com/addreams/addreams/") {
			continue
		}
		for _, name := range pkg.GoFiles {
			files = append(files, filepath.Join(pkg.Dir, name))
		}
	}
	return files
}

func decoderCalls(t *testing.T, path string) (calls []string) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	require.NoError(t, err)

	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		owner, ok := selector.X.(*ast.Ident)
		if ok && owner.Name == "json" && (selector.Sel.Name == "Unmarshal" || selector.Sel.Name == "NewDecoder") {
			calls = append(calls, selector.Sel.Name)
		}
		return true
	})
	return calls
}
