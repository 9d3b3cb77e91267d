package bundle

import (
	"bytes"
	"go/build"
	"go/importer"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stubRelease is the release of Go that package tls was compared with.
const stubRelease = "go1.26"

func TestStubFitsThisGo(t *testing.T) {
	version := runtime.Version()
	fits := version == stubRelease || strings.HasPrefix(version, stubRelease+".")
	assert.True(t, fits, "package tls was made for %s, and this is %s. Run this package's tests: what net/http uses and the stub lacks "+
		"is in the compiler's words in TestProgramsHaveNoTLS, and what the stub has differently in TestStubHasTheTypesOfCryptoTLS. "+
		"Then set stubRelease, and bench the cold start", stubRelease, version)
}

// served uses what a Worker does of net/http.
const served = `package main

import (
	"crypto/tls"
	"net/http"
)

func main() {
	request, _ := http.NewRequest("GET", "https://example.com", nil)
	request.TLS = &tls.ConnectionState{HandshakeComplete: true, ServerName: "example.com"}
	http.NewServeMux().ServeHTTP(nil, request)
	_, err := http.DefaultClient.Do(request)
	println(err.Error())
}
`

func TestProgramsHaveNoTLS(t *testing.T) {
	small(t, served)
	out := t.TempDir()

	_, err := Build(t.Context(), Options{Package: ".", Out: out, Quick: true})
	require.NoError(t, err)
	wasm, err := os.ReadFile(filepath.Join(out, Program))
	require.NoError(t, err)

	// The names of functions stay in a program, for tracebacks.
	assert.True(t, bytes.Contains(wasm, []byte("net/http.(*Client).Do")))
	for _, absent := range []string{"crypto/x509.(*Certificate)", "crypto/tls.(*Conn).clientHandshake"} {
		assert.False(t, bytes.Contains(wasm, []byte(absent)), absent)
	}
}

// What the stub exports, crypto/tls exports with the same type, so that what compiles to Wasm compiles natively and means the same.
func TestStubHasTheTypesOfCryptoTLS(t *testing.T) {
	cgo := build.Default.CgoEnabled
	build.Default.CgoEnabled = false // the importer would run it for package net
	t.Cleanup(func() { build.Default.CgoEnabled = cgo })
	from := importer.ForCompiler(token.NewFileSet(), "source", nil)
	genuine, err := from.Import("crypto/tls")
	require.NoError(t, err)
	stub, err := from.(types.ImporterFrom).ImportFrom("github.com/addreams/addreams/app/platform/workers/bundle/tls", ".", 0)
	require.NoError(t, err)

	for _, name := range stub.Scope().Names() {
		if !token.IsExported(name) || name == "ErrNotLinked" {
			continue
		}
		theirs := genuine.Scope().Lookup(name)
		if assert.NotNil(t, theirs, "crypto/tls has no %s", name) {
			assertSame(t, stub.Scope().Lookup(name), theirs)
		}
	}
}

// assertSame compares an exported name of the stub with that of crypto/tls: its type, and its fields and methods.
func assertSame(t *testing.T, ours, theirs types.Object) {
	t.Helper()
	if _, named := ours.(*types.TypeName); !named {
		assert.Equal(t, written(ours.Type()), written(theirs.Type()), ours.Name())
		return
	}
	for _, member := range members(ours) {
		same, _, _ := types.LookupFieldOrMethod(theirs.Type(), true, theirs.Pkg(), member.Name())
		if assert.NotNil(t, same, "crypto/tls has no %s.%s", ours.Name(), member.Name()) {
			assert.Equal(t, written(member.Type()), written(same.Type()), "%s.%s", ours.Name(), member.Name())
		}
	}
}

func members(object types.Object) []types.Object {
	var found []types.Object
	named := object.Type().(*types.Named)
	if fields, ok := named.Underlying().(*types.Struct); ok {
		for field := range fields.Fields() {
			found = append(found, field)
		}
	}
	for method := range named.Methods() {
		found = append(found, method)
	}

	exported := found[:0]
	for _, member := range found {
		if member.Exported() {
			exported = append(exported, member)
		}
	}
	return exported
}

// written returns a type without the names of parameters, and without the path that differs.
func written(of types.Type) string {
	if signature, ok := of.(*types.Signature); ok {
		of = types.NewSignatureType(nil, nil, nil, unnamed(signature.Params()), unnamed(signature.Results()), signature.Variadic())
	}
	return types.TypeString(of, (*types.Package).Name)
}

func unnamed(tuple *types.Tuple) *types.Tuple {
	var variables []*types.Var
	for variable := range tuple.Variables() {
		variables = append(variables, types.NewVar(0, nil, "", variable.Type()))
	}
	return types.NewTuple(variables...)
}
