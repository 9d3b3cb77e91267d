package binding_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/binding"
)

// TestNames compares the two sides: infra binds all of All, so All must be what the application reads.
func TestNames(t *testing.T) {
	constants := declaredNames(t)
	listed := map[string]bool{}

	for _, b := range binding.All() {
		assert.False(t, listed[b.Name], "%s is listed twice", b.Name)
		listed[b.Name] = true
	}
	read := readNames(t)
	for constant, name := range constants {
		assert.True(t, listed[name], "%s is not in All: infra does not bind it", constant)
		assert.True(t, read[constant], "%s is read by the application", constant)
	}
	assert.Len(t, constants, len(listed), "All lists constants")
	for _, name := range written(t) {
		assert.Fail(t, "a name that infra may not have", "%s is written out: use a constant of this package", name)
	}
}

// declaredNames returns the package's constants that name a binding, with their values.
func declaredNames(t *testing.T) map[string]string {
	t.Helper()
	names := map[string]string{}
	eachNode(t, ".", func(node ast.Node) {
		spec, constant := node.(*ast.ValueSpec)
		if !constant || spec.Type != nil || spec.Names[0].Name == "BundleHeader" {
			return
		}
		for i, name := range spec.Names {
			if value, literal := spec.Values[i].(*ast.BasicLit); literal && value.Kind == token.STRING {
				names[name.Name] = strings.Trim(value.Value, `"`)
			}
		}
	})

	require.Contains(t, names, "AuthSecret")
	return names
}

// readNames returns the constants that the rest of the application mentions.
func readNames(t *testing.T) map[string]bool {
	t.Helper()
	read := map[string]bool{}
	eachNode(t, "..", func(node ast.Node) {
		selected, ok := node.(*ast.SelectorExpr)
		if !ok {
			return
		}
		if from, ok := selected.X.(*ast.Ident); ok && from.Name == "binding" {
			read[selected.Sel.Name] = true
		}
	})
	return read
}

// workers are the packages that run in the Worker and read its environment.
var workers = []string{"../api", "../auth", "../provider", "../store", "../studio", "../cmd/worker"}

// written returns the names that the Worker's packages read from the environment by a literal instead of a constant.
func written(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, root := range workers {
		eachNode(t, root, func(node ast.Node) {
			call, ok := node.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 || !asksEnvironment(call.Fun) {
				return
			}
			if text, ok := call.Args[0].(*ast.BasicLit); ok {
				names = append(names, text.Value)
			}
		})
	}

	return names
}

func asksEnvironment(function ast.Expr) bool {
	asks := []string{"env", "Env", "Database", "Bucket"}
	switch f := function.(type) {
	case *ast.Ident:
		return slices.Contains(asks, f.Name)
	case *ast.SelectorExpr:
		return slices.Contains(asks, f.Sel.Name)
	}
	return false
}

// eachNode visits the Go files in a directory, without tests, and without this package if the directory is another.
func eachNode(t *testing.T, root string, visit func(ast.Node)) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, filepath.Join("..", "binding")) {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}

		ast.Inspect(file, func(node ast.Node) bool {
			if node != nil {
				visit(node)
			}
			return true
		})
		return nil
	}))
}
