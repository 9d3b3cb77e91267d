package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/blang/semver"
)

// Tools are the programs that an engine runs, by path.
type Tools struct {
	root    string // of the project
	CLI     string // pulumi
	Program string // infra, compiled
	plugin  string // the Cloudflare plugin: Cloudflare's own if it is installed, or else the stand-in
	host    bool   // whether the CLI needs our language host
}

// PluginVersion is the version of the Cloudflare SDK in go.mod, which is the version of the plugin that the engine asks for.
const PluginVersion = "5.49.1"

// Where Pulumi looks for the plugin below its folder of plugins. It doesn't look into a folder that is a link.
const (
	pluginFolder  = "resource-cloudflare-v" + PluginVersion
	pluginProgram = "pulumi-resource-cloudflare"
)

// oldestCLI is the first release of Pulumi whose hooks work as the program needs.
var oldestCLI = semver.MustParse("3.182.0")

// BuildTools builds what is missing or out of date in root/.local/tools, announces on out what takes long, and returns
// where everything is. An installed pulumi and an installed Cloudflare plugin are used if they will do.
func BuildTools(ctx context.Context, root string, out io.Writer) (Tools, error) {
	tools := Tools{root: root, Program: filepath.Join(root, ".local/tools/bin/program")}
	b := builder{root: root, out: out}
	tools.CLI = installedCLI(ctx)

	if tools.CLI == "" {
		tools.host = true
		tools.CLI = b.tool(ctx, "tools", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", "bin/pulumi", "the Pulumi CLI, about 2 minutes the first time")
		b.link("tools/langhost/pulumi-language-go", "bin/pulumi-language-go")
		b.tool(ctx, "tools/langhost", "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go", "libexec/pulumi-language-go", "Pulumi's language host")
	}
	if tools.plugin = genuinePlugin(); !exists(tools.plugin) {
		tools.plugin = filepath.Join(root, ".local/tools/libexec", pluginProgram)
		b.source(ctx, "local/plugin", ".", tools.plugin, "the stand-in for the Cloudflare plugin")
	}
	b.source(ctx, ".", "./infra", tools.Program, "the program, about a minute the first time")
	return tools, b.err
}

// At returns the same tools with the program of another checkout, which is built there.
func (t Tools) At(ctx context.Context, root string, out io.Writer) (Tools, error) {
	t.root, t.Program = root, filepath.Join(root, ".local/tools/bin/program")
	b := builder{root: root, out: out}
	b.source(ctx, ".", "./infra", t.Program, "the program of "+root)
	return t, b.err
}

// In returns the same tools and program with the project in another folder.
func (t Tools) In(root string) Tools {
	t.root = root
	return t
}

// installedCLI returns the path of a pulumi that is new enough; "" if there is none.
func installedCLI(ctx context.Context) string {
	path, err := exec.LookPath("pulumi")
	if err != nil {
		return ""
	}
	answer, err := exec.CommandContext(ctx, path, "version").Output()
	if err != nil {
		return ""
	}
	version, err := semver.ParseTolerant(strings.TrimSpace(string(answer)))
	if err != nil || version.LT(oldestCLI) {
		return ""
	}

	return path
}

// genuinePlugin returns where this user's Pulumi keeps Cloudflare's own plugin, if it is installed.
func genuinePlugin() string {
	home := os.Getenv("PULUMI_HOME")
	if home == "" {
		user, _ := os.UserHomeDir()
		home = filepath.Join(user, ".pulumi")
	}
	return filepath.Join(home, "plugins", pluginFolder, pluginProgram)
}

// builder compiles programs one after another, until the first error.
type builder struct {
	root string
	out  io.Writer
	err  error
}

// tool compiles a program of another module, as the go.sum in dir pins it, again only when that file has changed. It
// returns where the program is.
func (b *builder) tool(ctx context.Context, dir, pkg, name, title string) string {
	target := filepath.Join(b.root, ".local/tools", name)
	if b.err != nil {
		return target
	}

	pins, err := os.ReadFile(filepath.Join(b.root, dir, "go.sum"))
	if err != nil {
		b.err = err
		return target
	}
	sum := sha256.Sum256(pins)
	pinned, stamp := hex.EncodeToString(sum[:]), target+".pins"
	if built, err := os.ReadFile(stamp); err == nil && string(built) == pinned && exists(target) {
		return target
	}

	if b.build(ctx, dir, pkg, target, title); b.err == nil {
		b.err = os.WriteFile(stamp, []byte(pinned), 0o600)
	}
	return target
}

// link puts a script of the project beside the CLI, where the CLI looks for its language host.
func (b *builder) link(script, name string) {
	target := filepath.Join(b.root, ".local/tools", name)
	if b.err != nil || exists(target) {
		return
	}
	_ = os.Remove(target) // a broken link, after the checkout has moved
	b.err = os.Symlink(filepath.Join(b.root, script), target)
}

// source compiles a program of this project. The go command finds out whether anything has changed.
func (b *builder) source(ctx context.Context, dir, pkg, target, title string) {
	if b.err != nil {
		return
	}
	if exists(target) {
		title = ""
	}
	b.build(ctx, dir, pkg, target, title)
}

func (b *builder) build(ctx context.Context, dir, pkg, target, title string) {
	if title != "" {
		fmt.Fprintf(b.out, "      building %s\n", title)
	}
	command := exec.CommandContext(ctx, "go", "build", "-o", target, pkg)
	command.Dir = filepath.Join(b.root, dir)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		b.err = fmt.Errorf("go build %s in %s: %w\n%s", pkg, dir, err, output.String())
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, os.ErrNotExist)
}
