package stack

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
)

// Engine is Pulumi on one stack in a folder of its own: project file, state, plugins and passphrase, so that nothing of
// it depends on an account or on what else the user does with Pulumi.
type Engine struct {
	tools Tools
	dir   string
	stack string
	cloud Cloud
	out   io.Writer // where the engine's words go as they come

	phrase string // which encrypts the secrets
}

// NewEngine makes one. Its folder is created as far as it is not there; Configure follows.
func NewEngine(tools Tools, dir, stack string, cloud Cloud, out io.Writer) (*Engine, error) {
	e := &Engine{tools: tools, dir: dir, stack: stack, cloud: cloud, out: out}
	for _, folder := range []string{e.project(), e.state(), e.plugins()} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
	}
	if err := writeOnce(e.passphrase(), randomText); err != nil {
		return nil, err
	}
	if err := e.findPassphrase(); err != nil {
		return nil, err
	}
	return e, e.installPlugin()
}

func (e *Engine) project() string    { return filepath.Join(e.dir, "project") }
func (e *Engine) state() string      { return filepath.Join(e.dir, "state") }
func (e *Engine) plugins() string    { return filepath.Join(e.dir, "home", "plugins") }
func (e *Engine) passphrase() string { return filepath.Join(e.dir, "passphrase") }

// findPassphrase reads the passphrase. A stack whose secrets an empty one opens, as earlier versions of this package made
// them, keeps that.
func (e *Engine) findPassphrase() error {
	made, err := ReadStacks(e.project())
	if err != nil {
		return err
	}
	if file, found := made[e.stack]; found && file.OpensWith("") {
		return nil
	}
	content, err := os.ReadFile(e.passphrase())
	e.phrase = strings.TrimSpace(string(content))
	return err
}

// backend is the URL of the state's folder. Pulumi would keep attributes in a file beside each, which it writes in two steps:
// killed in between, it leaves an empty one, and can't load the stack any more. Without them each file is replaced as a whole.
func (e *Engine) backend() string { return "file://" + e.state() + "?metadata=skip" }

// installPlugin puts the Cloudflare plugin where the engine looks: the genuine one, or else the stand-in. One that leads
// nowhere any more, as after the checkout has moved, is put there anew.
func (e *Engine) installPlugin() error {
	const program = "pulumi-resource-cloudflare"
	installed := filepath.Join(e.plugins(), "resource-cloudflare-v"+pluginVersion)
	if exists(filepath.Join(installed, program)) {
		return nil
	}
	if err := os.RemoveAll(installed); err != nil {
		return err
	}
	if e.tools.plugin == "" {
		return os.Symlink(genuinePluginDir(), installed)
	}
	if err := os.MkdirAll(installed, 0o700); err != nil {
		return err
	}
	return os.Symlink(e.tools.plugin, filepath.Join(installed, program))
}

// Failure is a command of the engine that did not end well.
type Failure struct {
	Command string
	Output  string
	Err     error
}

func (f *Failure) Error() string {
	return fmt.Sprintf("pulumi %s: %v\n%s", f.Command, f.Err, strings.TrimSpace(f.Output))
}

func (f *Failure) Unwrap() error { return f.Err }

// Run runs a pulumi command on the stack, as "up", "--yes", and returns what it said.
func (e *Engine) Run(ctx context.Context, arguments ...string) (string, error) {
	command := e.Command(ctx, arguments...)
	var said bytes.Buffer
	command.Stdout, command.Stderr = io.MultiWriter(&said, e.out), io.MultiWriter(&said, e.out)
	if err := command.Run(); err != nil {
		return said.String(), &Failure{Command: strings.Join(arguments, " "), Output: said.String(), Err: err}
	}
	return said.String(), nil
}

// quiet is the engine with its words kept to itself.
func (e *Engine) quiet() *Engine {
	quiet := *e
	quiet.out = io.Discard
	return &quiet
}

// interruptTimeout is how long an engine may take to leave its state in order after it was interrupted.
const interruptTimeout = 2 * time.Minute

// Command is Run's command before it starts. When its context ends, the engine is interrupted, and ends what it has
// begun.
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
		// The local Cloudflare has no limit of requests a second, and the provider's own back-off is 30 s.
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

// Recovered is Run, but what an earlier run left behind when it was killed is put right first: its lock is broken if no
// process holds it any more, and what it had begun is read from the account again.
func (e *Engine) Recovered(ctx context.Context, arguments ...string) (string, error) {
	said, err := e.Run(ctx, arguments...)
	if err == nil || !strings.Contains(said, "the stack is currently locked") {
		return said, err
	}
	if holder, held := lockHolder(said); held {
		return said, fmt.Errorf("another run holds the stack (process %d): wait for it, or end it", holder)
	}
	fmt.Fprintln(e.out, "      an earlier run was killed and left its lock: breaking it")
	for _, repair := range [][]string{{"cancel", "--yes"}, {"refresh", "--yes", "--skip-preview", "--clear-pending-creates"}} {
		if said, err := e.Run(ctx, repair...); err != nil {
			return said, err
		}
	}
	return e.Run(ctx, arguments...)
}

// Exists tells whether the stack was ever made.
func (e *Engine) Exists() bool { return exists(e.Checkpoint()) }

// Checkpoint is the file of the stack's state.
func (e *Engine) Checkpoint() string {
	return filepath.Join(e.state(), ".pulumi/stacks/addreams", e.stack+".json")
}
