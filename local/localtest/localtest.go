// Package localtest is what tests need of this machine: for Go, whether Node, the packages of local/ and other programs are
// there; for Node, the stand-ins for DashScope, Google and GitHub, the migrations, and waiting.
package localtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Complete is the environment variable that forbids leaving tests out. `make test` sets it.
const Complete = "ADDREAMS_TEST_COMPLETE"

// Require skips a test where Node or the packages of the local Cloudflare are missing, and under -short; it fails the test
// instead if Complete is set.
func Require(t testing.TB) {
	t.Helper()
	_, err := exec.LookPath("node")

	switch complete := os.Getenv(Complete) != ""; {
	case testing.Short() && !complete:
		t.Skip("left out by -short: it runs Node")
	case err != nil && !complete:
		t.Skip("left out: it needs Node 20 or newer; `make test` runs everything")
	case err != nil:
		t.Fatal("Node 20 or newer is needed:", err)
	case !installed() && !complete:
		t.Skip("left out: it needs the packages that `npm ci` in local/ installs; `make test` runs everything")
	case !installed():
		t.Fatal("the packages of local/ are missing: run `npm ci` there")
	}
}

// Programs skips a test where one of the programs is missing; it fails the test instead if Complete is set.
func Programs(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		_, err := exec.LookPath(name)
		switch {
		case err != nil && os.Getenv(Complete) != "":
			t.Fatal("a program is missing:", err)
		case err != nil:
			t.Skipf("left out: it needs %s; `make test` runs everything", name)
		}
	}
}

// installed reports whether npm has installed the packages of local/.
func installed() bool {
	_, file, _, _ := runtime.Caller(0)
	_, err := os.Stat(filepath.Join(filepath.Dir(file), "../node_modules/miniflare"))
	return err == nil
}
