// Package localcloud starts and stops the local Cloudflare, which is local/main.mjs, and says how to reach it. It knows
// nothing of Pulumi, nor of what is deployed there.
package localcloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/addreams/addreams/app/cloudflare"
)

// LocalCloud is a local Cloudflare that runs or can be started: a folder, and ports on 127.0.0.1, where 0 means any.
type LocalCloud struct {
	Root                         string // of the project
	Dir                          string
	WorkerPort, APIPort, TLSPort int
	Faults                       bool // offer the controls of the tests
}

func (c LocalCloud) info() string { return filepath.Join(c.Dir, "cloud.json") }

// Log returns the path of the file that the local Cloudflare and its Workers write to.
func (c LocalCloud) Log() string { return filepath.Join(c.Dir, "cloud.log") }

// LogEnd returns the last lines of the log, indented.
func (c LocalCloud) LogEnd() string {
	content, _ := os.ReadFile(c.Log())
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	return "      " + strings.Join(lines[max(0, len(lines)-12):], "\n      ")
}

const (
	startTimeout = 60 * time.Second
	stopTimeout  = 15 * time.Second
	poll         = 50 * time.Millisecond
)

// Start starts the local Cloudflare in the background, where it outlives the caller, and waits until its API answers.
func (c LocalCloud) Start(ctx context.Context) (Running, error) {
	if err := c.checkPorts(); err != nil {
		return Running{}, err
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return Running{}, err
	}
	if err := c.removeInfo(); err != nil {
		return Running{}, err
	}
	log, err := os.OpenFile(c.Log(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return Running{}, err
	}
	defer log.Close()

	command := c.command()
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		return Running{}, fmt.Errorf("the local Cloudflare needs Node 20 or newer: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	return c.await(ctx, ended)
}

func (c LocalCloud) command() *exec.Cmd {
	command := exec.Command("node", filepath.Join(c.Root, "local/main.mjs"),
		"--data", filepath.Join(c.Dir, "data"),
		"--info", c.info(),
		"--log", c.Log(),
		"--worker-port", strconv.Itoa(c.WorkerPort),
		"--api-port", strconv.Itoa(c.APIPort),
		"--tls-port", strconv.Itoa(c.TLSPort))
	if c.Faults {
		command.Args = append(command.Args, "--faults")
	}
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return command
}

// await waits until the local Cloudflare answers or ends.
func (c LocalCloud) await(ctx context.Context, ended <-chan error) (Running, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()

	for {
		select {
		case err := <-ended:
			return Running{}, fmt.Errorf("the local Cloudflare did not start (%v):\n%s", err, c.LogEnd())
		case <-ctx.Done():
			return Running{}, fmt.Errorf("the local Cloudflare did not answer within %s:\n%s", startTimeout, c.LogEnd())
		case <-tick.C:
			if running, found := c.Find(ctx); found {
				return running, nil
			}
		}
	}
}

// Find reports whether the local Cloudflare is running, and where.
func (c LocalCloud) Find(ctx context.Context) (Running, bool) {
	content, err := os.ReadFile(c.info())
	if err != nil {
		return Running{}, false
	}
	var running Running
	if err := json.Unmarshal(content, &running); err != nil || !alive(running.PID) {
		return Running{}, false
	}
	ping := cloudflare.Request{Method: http.MethodGet, Path: "/d1/database", Once: true}
	return running, running.Account().Do(ctx, ping, nil) == nil
}

// Stale reports whether the code of the local Cloudflare changed after it was started.
func (c LocalCloud) Stale() bool {
	started, err := os.Stat(c.info())
	if err != nil {
		return true
	}

	changed := false
	_ = filepath.WalkDir(filepath.Join(c.Root, "local"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Name() == "node_modules" || entry.Name() == "plugin" || entry.Name() == "test" {
			return fs.SkipDir
		}
		if info, err := entry.Info(); err == nil && !entry.IsDir() && info.ModTime().After(started.ModTime()) {
			changed = true
		}
		return nil
	})
	return changed
}

// Stop ends the local Cloudflare, by force if it does not end in time. Stopping one that is not running is no error.
func (c LocalCloud) Stop(ctx context.Context) error {
	content, err := os.ReadFile(c.info())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}

	var running Running
	if err := json.Unmarshal(content, &running); err == nil && c.owns(running.PID) {
		if err := end(ctx, running.PID); err != nil {
			return err
		}
	}
	return c.removeInfo()
}

// removeInfo removes the info file of a local Cloudflare that has ended.
func (c LocalCloud) removeInfo() error {
	if err := os.Remove(c.info()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// owns reports whether a process is this local Cloudflare: the process ID may have been reused since.
func (c LocalCloud) owns(pid int) bool {
	command, err := exec.Command("ps", "-p", strconv.Itoa(pid), "-o", "args=").Output()
	return err == nil && strings.Contains(string(command), c.info())
}

// checkPorts reports each wanted port that another program holds.
func (c LocalCloud) checkPorts() error {
	var taken []error
	for variable, port := range map[string]int{
		"ADDREAMS_WORKER_PORT": c.WorkerPort, "ADDREAMS_API_PORT": c.APIPort, "ADDREAMS_TLS_PORT": c.TLSPort,
	} {
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			taken = append(taken, fmt.Errorf("port %d is in use: end what listens there, or choose another with %s=%d make up", port, variable, port+100))
			continue
		}
		listener.Close()
	}
	return errors.Join(taken...)
}

func end(ctx context.Context, pid int) error {
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()

	for alive(pid) {
		select {
		case <-ctx.Done():
			return syscall.Kill(pid, syscall.SIGKILL)
		case <-tick.C:
		}
	}
	return nil
}

func alive(pid int) bool { return pid > 0 && syscall.Kill(pid, 0) == nil }
