// Package engine runs Pulumi on the program against a local Cloudflare: it builds the tools that this takes, and keeps
// project file, state, plugins and passphrase in a folder of its own, so that nothing depends on an account or on what
// else the user does with Pulumi. It knows the settings that a rehearsal has to fill in, but no resource.
package engine

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/addreams/addreams/infra/localcloud"
	"github.com/addreams/addreams/infra/secret"
)

// Engine is Pulumi on one stack.
type Engine struct {
	tools Tools
	dir   string
	stack string
	cloud localcloud.Running
	out   io.Writer // gets the engine's output as it comes

	phrase string // encrypts the secrets
}

// New returns an engine, and creates its folder if needed. Call Configure next.
func New(tools Tools, dir, stack string, cloud localcloud.Running, out io.Writer) (*Engine, error) {
	e := &Engine{tools: tools, dir: dir, stack: stack, cloud: cloud, out: out}
	for _, folder := range []string{e.project(), e.state(), e.plugins()} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
	}
	if err := e.findPassphrase(); err != nil {
		return nil, err
	}
	return e, e.installPlugin()
}

func (e *Engine) project() string { return filepath.Join(e.dir, "project") }
func (e *Engine) state() string   { return filepath.Join(e.dir, "state") }
func (e *Engine) plugins() string { return filepath.Join(e.dir, "home", "plugins") }

// findPassphrase reads the passphrase, or generates it. A stack whose secrets an empty one opens, as earlier versions of this
// package made them, keeps the empty one.
func (e *Engine) findPassphrase() error {
	kept, err := secret.Kept(filepath.Join(e.dir, "passphrase"), secret.Key)
	if err != nil {
		return err
	}
	stacks, err := ReadStacks(e.project())
	if err != nil {
		return err
	}
	if file, found := stacks[e.stack]; !found || !file.OpensWith("") {
		e.phrase = kept
	}
	return nil
}

// backend returns the URL of the state's folder. Pulumi would keep attributes in a file beside each file of the state, and
// write that in two steps: killed in between, it leaves an empty one and can no longer load the stack. Without attributes
// each file is replaced as a whole.
func (e *Engine) backend() string { return "file://" + e.state() + "?metadata=skip" }

// installPlugin links the Cloudflare plugin where the engine looks. What an earlier version or another place of the checkout
// left there is replaced.
func (e *Engine) installPlugin() error {
	folder := filepath.Join(e.plugins(), pluginFolder)
	link := filepath.Join(folder, pluginProgram)
	if info, err := os.Lstat(folder); err == nil && info.IsDir() {
		if target, err := os.Readlink(link); err == nil && target == e.tools.plugin {
			return nil
		}
	}

	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	return os.Symlink(e.tools.plugin, link)
}

// Failure is a command of the engine that failed.
type Failure struct {
	Command string
	Output  string
	Err     error
}

func (f *Failure) Error() string {
	return fmt.Sprintf("pulumi %s: %v\n%s", f.Command, f.Err, strings.TrimSpace(f.Output))
}

func (f *Failure) Unwrap() error { return f.Err }

// Run runs a pulumi command on the stack, such as "up", "--yes", and returns its output.
func (e *Engine) Run(ctx context.Context, arguments ...string) (string, error) {
	command := e.Command(ctx, arguments...)
	var output bytes.Buffer
	command.Stdout, command.Stderr = io.MultiWriter(&output, e.out), io.MultiWriter(&output, e.out)
	if err := command.Run(); err != nil {
		return output.String(), &Failure{Command: strings.Join(arguments, " "), Output: output.String(), Err: err}
	}
	return output.String(), nil
}

// Quiet returns the same engine without output on the way.
func (e *Engine) Quiet() *Engine {
	quiet := *e
	quiet.out = io.Discard
	return &quiet
}

// interruptTimeout is how long an interrupted engine may take to leave its state in order.
const interruptTimeout = 2 * time.Minute

// Command returns the command that Run would run. When its context ends, the engine is interrupted, and finishes what it
// has begun.
func (e *Engine) Command(ctx context.Context, arguments ...string) *exec.Cmd {
	arguments = append(arguments, "--non-interactive", "--color", "never", "--cwd", e.project())
	if arguments[0] != "stack" || arguments[1] != "init" {
		arguments = append(arguments, "--stack", e.stack)
	}

	command := exec.CommandContext(ctx, e.tools.CLI, arguments...)
	command.Env = append(os.Environ(), e.environment()...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = interruptTimeout
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return command
}

func (e *Engine) environment() []string {
	env := []string{
		"PULUMI_HOME=" + filepath.Dir(e.plugins()),
		"PULUMI_BACKEND_URL=" + e.backend(),
		"PULUMI_CONFIG_PASSPHRASE=" + e.phrase,
		"PULUMI_SKIP_UPDATE_CHECK=true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
		// The local Cloudflare has no limit of requests per second, and the provider's own back-off is 30 s.
		"CLOUDFLARE_RPS=1000",
		"CLOUDFLARE_MIN_BACKOFF=1",
		"CLOUDFLARE_MAX_BACKOFF=1",
		"CLOUDFLARE_API_HOSTNAME=" + e.cloud.TLS,
		"CLOUDFLARE_API_TOKEN=" + e.cloud.Token,
		"SSL_CERT_FILE=" + e.cloud.CA,
	}
	if e.tools.host {
		env = append(env,
			"PULUMI_IGNORE_AMBIENT_PLUGINS=true",
			"ADDREAMS_PROGRAM="+e.tools.Program,
		)
	}

	return env
}

// Recovered is Run, but first repairs what an earlier run left behind when it was killed: it breaks the lock if no process
// holds it any more, and reads again what the run had begun.
func (e *Engine) Recovered(ctx context.Context, arguments ...string) (string, error) {
	output, err := e.Run(ctx, arguments...)
	if err == nil || !strings.Contains(output, "the stack is currently locked") {
		return output, err
	}
	if holder, held := lockHolder(output); held {
		return output, fmt.Errorf("another run holds the stack (process %d): wait for it, or end it", holder)
	}

	fmt.Fprintln(e.out, "      an earlier run was killed and left its lock: breaking it")
	for _, repair := range [][]string{{"cancel", "--yes"}, {"refresh", "--yes", "--skip-preview", "--clear-pending-creates"}} {
		if output, err := e.Run(ctx, repair...); err != nil {
			return output, err
		}
	}
	return e.Run(ctx, arguments...)
}

// Exists reports whether the stack was ever created.
func (e *Engine) Exists() bool { return exists(e.Checkpoint()) }

// Checkpoint returns the path of the stack's state.
func (e *Engine) Checkpoint() string {
	return filepath.Join(e.state(), ".pulumi/stacks/addreams", e.stack+".json")
}
